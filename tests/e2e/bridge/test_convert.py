"""A stack of many devices from the dynamic provider to the bridge and back: docs/languages.md's commands, no call to AWS.

``MFA_ASSOCIATION_MANY=1000`` tries it with as many.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE
from tests.e2e.bridged import BridgedStack, device
from tests.support.stack import ACCOUNT, ROSTER_PROGRAM, SCRIPTS, spare_pip, virtual

MANY = int(os.environ.get("MFA_ASSOCIATION_MANY", "100"))
pytestmark = pytest.mark.timeout(900)
FAST = {"PULUMI_SKIP_CHECKPOINTS": "true"}


def _convert(stack: BridgedStack, to: str, step: int) -> str:
    """The documented commands; returns what ours says."""
    before, after = f"before-{step}.json", f"after-{step}.json"
    stack.must("stack", "export", "--file", before)
    command = [str(SCRIPTS / "mfa-association"), "convert", before, "--to", to, "--output", after]
    done = subprocess.run(command, cwd=stack.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    stack.must("stack", "import", "--file", after)
    return done.stdout


def _types(stack: BridgedStack) -> dict[str, int]:
    found = [one["type"] for one in json.loads(stack.must("stack", "export").stdout)["deployment"]["resources"]]
    return {name: found.count(name) for name in (PULUMI_TYPE, BRIDGED_TYPE) if name in found}


def test_there_and_back_without_a_call(stack: BridgedStack, box: Sandbox) -> None:
    """The last step removes a line, so that what was handed over is seen to be acted on."""
    numbers = range(MANY)
    users: dict[str, Any] = {
        f"user-{number:04}": {"devices": [{"kind": "virtual", "name": f"phone-{number:04}", "held": True}]}
        for number in numbers
    }
    box.add({"accounts": {ACCOUNT: {"users": users}}})
    held = {f"user-{number:04}": virtual(f"phone-{number:04}") for number in numbers}
    yaml = (stack.folder / "Pulumi.yaml").read_text()

    (stack.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    (stack.folder / "__main__.py").write_text(ROSTER_PROGRAM)
    (stack.folder / "roster.yaml").write_text(json.dumps({"users": {user: [serial] for user, serial in held.items()}}))
    spare_pip(stack.folder)
    stack.configure("aws")
    assert f"{MANY + 1} created" in stack.must_up(**FAST)
    box.reset_calls()

    assert f"{MANY} devices, for `pulumi stack import" in _convert(stack, "bridge", 1)
    (stack.folder / "Pulumi.yaml").write_text(yaml)
    stack.configure()
    everybody = {f"phone-{n:04}": device(f"user-{n:04}", virtual(f"phone-{n:04}")) for n in numbers}
    stack.program(**{name: {**one, "name": f"mfa/{name}"} for name, one in everybody.items()})
    assert f"{MANY + 1} unchanged" in stack.must_up(**FAST)
    assert _types(stack) == {BRIDGED_TYPE: MANY}

    assert f"{MANY} devices, for `pulumi stack import" in _convert(stack, "dynamic", 2)
    (stack.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    stack.configure("aws")
    assert f"{MANY + 1} unchanged" in stack.must_up(**FAST)
    assert _types(stack) == {PULUMI_TYPE: MANY}
    assert not box.calls()

    del held["user-0007"]
    (stack.folder / "roster.yaml").write_text(json.dumps({"users": {user: [serial] for user, serial in held.items()}}))
    assert "1 deleted" in stack.must_up(**FAST)
    assert "user-0007" not in box.holders(ACCOUNT) and len(box.holders(ACCOUNT)) == MANY + 2
