"""Capture the plans ``tests/review/plans/real-*.json`` from the Terraform on PATH and a sandbox::

    python -m tests.review.capture_plans

Each scenario applies a configuration, changes it and keeps what ``terraform show -json`` wrote of the plan.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_association.sandbox import Sandbox
from tests.support.stage import Stage

PLANS = Path(__file__).parent / "plans"
ACCOUNT = "111122223333"
PHONES = ("alice-phone", "alice-tablet", "dave-phone", "dave-tablet")


def arn(name: str) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


def block(user: str = '"dave"', serial: str = f'"{arn("dave-phone")}"', name: str = "a", more: str = "") -> str:
    """One resource; users and serials are expressions."""
    return f"""
resource "mfa_device_association" "{name}" {{
  user_name     = {user}
  serial_number = {serial}
  {more}
}}
"""


def each(**devices: str) -> str:
    """One resource for each device, by the device's name."""
    users = json.dumps({name.replace("_", "-"): user for name, user in devices.items()})
    return f"""
resource "mfa_device_association" "a" {{
  for_each      = jsondecode({json.dumps(users)})
  user_name     = each.value
  serial_number = "arn:aws:iam::{ACCOUNT}:mfa/${{each.key}}"
}}
"""


CODES = """
variable "code_1" {
  type      = string
  ephemeral = true
}

variable "code_2" {
  type      = string
  ephemeral = true
}
"""


@dataclass
class Bench:
    """A project of Terraform's, and the AWS it speaks to."""

    project: Any
    box: Sandbox

    def plan(self, name: str, text: str, *options: str) -> None:
        """Keep the plan of a configuration."""
        self.project.write(text)
        self.project.do("plan", "-out=plan", *options)
        plan = json.loads(self.project.do("show", "-json", "plan").out)
        kept = json.dumps(plan, indent=1).replace(self.box.url, "http://127.0.0.1:5000")
        (PLANS / f"real-{name}.json").write_text(f"{kept}\n", encoding="utf-8")
        print(name, len(kept), file=sys.stderr)

    def codes(self, serial: str) -> str:
        """Codes by way of ephemeral variables: one that stands in the configuration is kept in the plan."""
        os.environ.update(zip(("TF_VAR_code_1", "TF_VAR_code_2"), self.box.codes(serial), strict=True))
        return "authentication_code_1_wo = var.code_1\n  authentication_code_2_wo = var.code_2"


def delete(bench: Bench) -> None:
    """A line goes, another stays."""
    bench.project.up(each(alice_phone="alice", alice_tablet="alice", dave_phone="dave"))
    bench.plan("delete", each(alice_tablet="alice"))


def replace(bench: Bench) -> None:
    """Removed before it is added, as Terraform does it, and the other way."""
    bench.project.up(block())
    new = f'"{arn("dave-tablet")}"'
    bench.plan("replace-delete-first", block(serial=new))
    bench.plan("replace", block(serial=new, more="lifecycle { create_before_destroy = true }"))


def move(bench: Bench) -> None:
    """A new holder, and the same device under another address."""
    bench.project.up(block())
    bench.plan("move", CODES + block(user='"alice"', more=bench.codes(arn("dave-phone"))))
    bench.plan("renamed", block(name="b"))
    bench.plan(
        "moved-block",
        block(name="b") + "moved {\n  from = mfa_device_association.a\n  to = mfa_device_association.b\n}",
    )
    bench.plan("forget", "removed {\n  from = mfa_device_association.a\n  lifecycle { destroy = false }\n}")


def gains(bench: Bench) -> None:
    """Codes, a seed source, and a holder that is known only once it is applied."""
    unknown = 'resource "terraform_data" "who" {\n  input = timestamp()\n}\n'
    bench.plan(
        "gains",
        CODES
        + unknown
        + block(more=bench.codes(arn("dave-tablet")), serial=f'"{arn("dave-tablet")}"')
        + block(user="terraform_data.who.output", serial=f'"{arn("alice-phone")}"', name="b")
        + block(user='"alice"', serial=f'"{arn("alice-tablet")}"', name="c", more='seed_source = "env:MFA_SEED"'),
    )


SCENARIOS: tuple[Callable[[Bench], None], ...] = (delete, replace, move, gains)


def main() -> None:
    """Capture all scenarios, each in an account of its own."""
    project = importlib.import_module("tests.terraform.project")
    serving = importlib.import_module("tests.terraform.serving")
    os.environ.update(AWS_SECRET_ACCESS_KEY="secret", AWS_ACCESS_KEY_ID=f"ASIA{ACCOUNT}", AWS_SESSION_TOKEN="token")
    for scenario in SCENARIOS:
        folder = Path(tempfile.mkdtemp())
        with Sandbox() as box, serving.attached() as engine:
            stage = Stage(box, ACCOUNT)
            held = {"kind": "virtual", "held": True}
            names = {user: [name for name in PHONES if name.startswith(user)] for user in ("alice", "dave")}
            stage.plant(
                users={user: {"devices": [{**held, "name": name} for name in own]} for user, own in names.items()}
            )
            scenario(Bench(project.Project(folder, stage, engine), box))
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
