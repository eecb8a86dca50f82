"""What a run leaves that adopts held devices: made once for all tests of a process, and copied for each.

Half of the runs of tests/e2e and tests/terraform/e2e only brought the device about that the test then changes. What the
copy differs in is put right: where AWS is, who the users are, and since when each device is held.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from mfa_association.lifecycle.model import rfc3339
from mfa_association.sandbox import Sandbox
from tests.support.stack import TYPE, Stack
from tests.support.terraform_project import Project


class _State(NamedTuple):
    text: str
    endpoint: str


_STATES: dict[tuple[str, ...], _State] = {}


def up_once(stack: Stack, box: Sandbox) -> None:
    """As ``up`` of the stack's program and roster, which adopts what is held and writes nothing to AWS."""
    path = stack.folder / "state" / ".pulumi" / "stacks" / "test" / "dev.json"
    of = ("pulumi", _text(stack.folder / "__main__.py"), _text(stack.folder / "roster.yaml"), json.dumps(stack.config))
    if of not in _STATES:
        done = stack.up()
        assert done.code == 0, done.text
        _STATES[of] = _State(path.read_text(), stack.endpoint)
    else:
        state = json.loads(_STATES[of].text.replace(_STATES[of].endpoint, stack.endpoint))
        for record in state["checkpoint"]["latest"]["resources"]:
            if record["type"] == TYPE:
                _correct(record["outputs"], box)
        path.write_text(json.dumps(state))
    box.reset_calls()


def apply_once(project: Project, box: Sandbox) -> None:
    """As ``apply`` of the project's module and roster, which adopts what is held and writes nothing to AWS."""
    path = project.folder / "terraform.tfstate"
    texts = [_text(project.folder / name) for name in ("main.tf", "roster.yaml")]
    settings = json.dumps([project.settings, project.env])
    of = (str(project.program), *(text.replace(project.endpoint, "ENDPOINT") for text in texts), settings)
    if of not in _STATES:
        done = project.apply()
        assert done.code == 0, done.raw
        _STATES[of] = _State(path.read_text(), project.endpoint)
    else:
        state = json.loads(_STATES[of].text)
        for resource in state["resources"]:
            for instance in resource["instances"]:
                _correct(instance["attributes"], box)
        path.write_text(json.dumps(state))
    box.reset_calls()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _correct(saved: dict[str, Any], box: Sandbox) -> None:
    """The user's id and the moment of enabling, as this sandbox has them."""
    iam = box.client()
    user, serial = saved["user_name"], saved["serial_number"]
    devices = {one["SerialNumber"]: one for one in iam.list_mfa_devices(UserName=user)["MFADevices"]}
    saved["enable_date"] = rfc3339(devices[serial]["EnableDate"])
    if saved.get("user_id"):
        saved["user_id"] = iam.get_user(UserName=user)["User"]["UserId"]
