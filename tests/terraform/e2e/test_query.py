"""``terraform query``: what it lists, and that the configuration it generates imports all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, KEY, TOKEN
from tests.support.terraform_project import Project

QUERY = """
list "mfa_device_association" "held" {
  provider = mfa
  %s
}
"""


@pytest.mark.parametrize("program", ["terraform-1.15"], indirect=True)
def test_what_is_listed_is_imported_by_the_generated_configuration(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    project = new_project(program, main="")
    query = project.folder / "held.tfquery.hcl"
    query.write_text(QUERY % "")
    listed = project.say("query", "-generate-config-out=held.tf")
    for serial in (DAVES, KEY, TOKEN):
        assert serial in listed
    assert "import {" in (project.folder / "held.tf").read_text()
    query.unlink()
    planned = project.say("plan")
    assert "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy." in planned
    assert project.apply().code == 0
    project.settle()
    assert not {"EnableMFADevice", "DeactivateMFADevice"} & set(box.calls())


@pytest.mark.parametrize("program", ["terraform-1.15"], indirect=True)
def test_one_user_and_a_limit(box: Sandbox, new_project: Callable[..., Project], program: Path) -> None:
    project = new_project(program, main="")
    query = project.folder / "held.tfquery.hcl"
    query.write_text(QUERY % 'config {\n    user_name = "bob"\n  }')
    listed = project.say("query")
    assert TOKEN in listed and KEY not in listed
    query.write_text(QUERY % "limit = 1")
    assert "3 are held, the first 1 are listed; a larger limit lists more" in " ".join(project.say("query").split())
