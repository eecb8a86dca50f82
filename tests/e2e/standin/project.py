"""Projects that run with the stand-in for pulumi-resource-aws."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

from mfa_association.sandbox import Sandbox
from tests.e2e.standin.server import port
from tests.support.stack import Output, Stack

KINDS = {"aws:iam/user:User", "aws:iam/virtualMfaDevice:VirtualMfaDevice"}


def use_standin(stack: Stack) -> None:
    """Let this project, and no other, take the stand-in for the plugin that pulumi_aws asks for, whatever its version."""
    folder = stack.folder / "standin"
    folder.mkdir()
    shim = folder / "pulumi-resource-aws"
    shim.write_text(
        f"#!/bin/sh\n# Stands for pulumi-resource-aws until the engine ends it.\necho {port()}\nexec sleep 600\n"
    )
    shim.chmod(0o755)
    project = {"name": "test", "runtime": "python", "plugins": {"providers": [{"name": "aws", "path": "standin"}]}}
    (stack.folder / "Pulumi.yaml").write_text(json.dumps(project))


def aws_outputs(stack: Stack) -> dict[str, dict[str, Any]]:
    """The outputs in state of what the stand-in made, by name."""
    resources = json.loads(stack.checkpoint())["checkpoint"]["latest"].get("resources") or []
    return {one["urn"].rpartition("::")[2]: one["outputs"] for one in resources if one["type"] in KINDS}


def deletions(output: Output) -> list[str]:
    """The names of the resources whose deletion a provider has answered, in order."""
    deletes = [call for call in output.calls if call["method"].endswith("/Delete")]
    return [call["request"]["urn"].rpartition("::")[2] for call in deletes]


def conflicts(box: Sandbox) -> list[str]:
    """The calls that IAM answered with DeleteConflict."""
    return [call.action for call in box.log() if call.error == "DeleteConflict"]


def writes(box: Sandbox) -> list[str]:
    """The calls that change something, in the order of their answers."""
    return [call.action for call in box.log() if not call.action.startswith(("Get", "List"))]


def lagging(run: Callable[[], Output], box: Sandbox, met: Callable[[], bool]) -> Output:
    """The output of a command whose reads see nothing new until it has met that."""
    box.lag(3600)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        while not met():
            assert not running.done(), "no lag was met"
            sleep(0.05)
        box.lag(0)
        return running.result()


def done(output: Output) -> Output:
    """The output of a command that must have succeeded."""
    assert output.code == 0, output.text
    return output
