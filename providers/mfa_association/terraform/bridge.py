"""Pulumi's bridge in YAML: a project, and the program that a roster stands for. Pure.

YAML has no loops, but its runtime takes the program from a command's output (``options: compiler``), so the roster is
the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from mfa_association import __version__
from mfa_association.inventory.associations import camel
from mfa_association.roster import Line
from mfa_association.tokens import BRIDGE_PLUGIN, BRIDGED_TYPE, TERRAFORM_PROVIDER

PROJECT: Final = "Pulumi.yaml"
COMPILER: Final = "mfa-association program"


def mirror(environment: Mapping[str, str], home: Path) -> Path:
    """Where the bridge looks for a provider before it asks a registry."""
    return Path(environment.get("PULUMI_HOME") or home / ".pulumi") / "dynamic_tf_plugins"


def program(lines: Iterable[Line]) -> str:
    """The program in YAML's terms, as JSON: one resource for each line, named as every engine names it."""
    return json.dumps({"resources": {line.serial.name: _resource(line) for line in lines}}, indent=1) + "\n"


def _resource(line: Line) -> dict[str, Any]:
    said = {camel(name): _escaped(value) for name, value in line.inputs().items() if value not in (None, False)}
    return {"type": BRIDGED_TYPE, "properties": said}


def _escaped(value: Any) -> Any:
    """A text as a program says it, which takes ``${…}`` for a reference."""
    return value.replace("$", "$$") if isinstance(value, str) else value


def project(account_id: str, compiler: str = COMPILER, region: str | None = None) -> str:
    """The file of a project whose program is a roster, for the devices of one account."""
    source, version = BRIDGE_PLUGIN
    signs_in = f"  mfa:region: {region}\n" if region else ""
    return f"""name: mfa
description: Who may hold which MFA device, one line of the roster each; deleting a line deactivates the device.
runtime:
  name: yaml
  options:
    # YAML has no loops: this command prints one resource for each device of the roster.
    compiler: {compiler}
packages:
  mfa:
    source: {source}
    version: {version}
    parameters:
      - {TERRAFORM_PROVIDER}
      - {__version__}
config:
{signs_in}  # Credentials of any other account are refused.
  mfa:allowedAccountIds: ["{account_id}"]
  # A run deactivates at most this many devices: the first ones go, the next removal fails. 0: nobody may remove any.
  mfa:maxRemovals: 10
"""
