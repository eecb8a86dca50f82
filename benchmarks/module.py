"""A root module of the Terraform provider: nobody's home, with the provider installed as its users install it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_association.terraform.install import implied_mirror, install, this_platform

from .processes import Spent, timed
from .project import Line, environment, write_roster

HEAD = """terraform {
  required_providers {
    mfa = { source = "mfa-association/mfa" }
  }
}

provider "mfa" {
  region = "us-east-1"
}
"""

FOR_EACH = f"""{HEAD}
locals {{
  devices = provider::mfa::roster(file("roster.yaml"))
  holders = {{ for name, device in local.devices : name => device.user_name }}
}}

resource "mfa_device_association" "device" {{
  for_each = local.holders

  serial_number = local.devices[each.key].serial_number
  user_name     = each.value
}}
"""


def blocks(declared: list[Line]) -> str:
    """One block for each association: what the engine itself takes grows with their number alone."""
    return HEAD + "".join(
        f'resource "mfa_device_association" "d{number}" {{\n  serial_number = "{serial}"\n  user_name     = "{user}"\n}}\n'
        for number, (user, serial) in enumerate(declared)
    )


def idle_blocks(declared: list[Line]) -> str:
    """The same as resources that do nothing: what the engine itself takes."""
    return HEAD + "".join(
        f'resource "terraform_data" "d{number}" {{\n  input = ["{serial}", "{user}"]\n}}\n'
        for number, (user, serial) in enumerate(declared)
    )


def installed(home: Path) -> Path:
    """Install the provider for this home; returns the shim."""
    home.mkdir(parents=True, exist_ok=True)
    return install(implied_mirror(home), [this_platform()])[0]


@dataclass(frozen=True)
class Module:
    """One module in a folder of its own, against one endpoint."""

    folder: Path
    env: Mapping[str, str]

    def run(self, *arguments: str) -> Spent:
        """Run one command of the engine."""
        return timed(["terraform", *arguments, "-no-color"], cwd=self.folder, env=self.env)

    def records(self) -> list[dict[str, Any]]:
        """The engine's records of the associations."""
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return [instance["attributes"] for resource in state["resources"] for instance in resource["instances"]]


def new_module(folder: Path, home: Path, url: str, declared: list[Line], main: str) -> Module:
    """Make a module in an empty folder, ready to be applied."""
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(main)
    module = Module(folder, environment(home, AWS_ENDPOINT_URL=url, CHECKPOINT_DISABLE="1"))
    write_roster(folder, declared)
    module.run("init")
    return module
