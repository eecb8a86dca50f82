"""The block of the README runs as it stands, beside the file that names the provider (`adopt --terraform` writes one)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, virtual
from tests.support.terraform_project import Project

README = (Path(__file__).parents[3] / "README.md").read_text()


def test_the_block_of_the_readme_runs_as_it_stands(
    new_project: Callable[..., Project], program: Path, box: Sandbox
) -> None:
    [block] = re.findall(r"```terraform\n(.*?)```", README, re.DOTALL)
    box.add({"accounts": {ACCOUNT: {"users": {"alice": {}}, "devices": [{"kind": "virtual", "name": "alice-spare"}]}}})
    project = new_project(program, block, attached=False)
    done = project.apply()
    assert (done.code, done.errors) == (0, []), done.raw
    assert [bag["serial_number"] for bag in project.state().values()] == [virtual("alice-spare")]
