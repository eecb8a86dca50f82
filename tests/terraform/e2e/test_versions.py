"""Terraforms that are older and newer than the one of the scenario, without what the older do not have yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import engines
import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, PHONE, TOKEN
from tests.support.stack import ACCOUNT
from tests.support.terraform_project import ROSTER, Project

_, *BETWEEN, _ = engines.TERRAFORMS
"""Versions that only `make test-deep` plays."""
WITH_A_CODE = """
variable "codes" {
  type      = list(string)
  sensitive = true
}
resource "mfa_device_association" "device" {
  user_name                = "alice"
  serial_number            = "%s"
  authentication_code_1_wo = var.codes[0]
  authentication_code_2_wo = var.codes[1]
}
"""


@pytest.mark.parametrize(
    "program, version",
    [
        pytest.param(f"terraform-{minor}", told, marks=pytest.mark.deep if minor in BETWEEN else ())
        for minor, told in engines.TERRAFORMS.items()
    ],
    indirect=["program"],
)
def test_adopt_plan_and_remove(box: Sandbox, new_project: Callable[..., Project], program: Path, version: str) -> None:
    project = new_project(program, main=ROSTER, attached=False)
    assert f"Terraform v{version}" in project.say("version")
    project.lines(bob=[TOKEN], dave=[DAVES])
    made = project.apply()
    assert (made.code, len(made.changes)) == (0, 2), made.raw
    project.settle()
    project.lines(bob=[TOKEN])
    removed = project.apply()
    assert (removed.code, list(removed.changes.values())) == (0, ["delete"]), removed.raw
    assert "dave" not in box.holders(ACCOUNT)
    assert list(project.state()) == [TOKEN]


@pytest.mark.parametrize("program", ["terraform-1.8"], indirect=True)
def test_codes_are_refused_where_the_engine_would_keep_them(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    given = box.codes(PHONE)
    project = new_project(program, main=WITH_A_CODE % PHONE, attached=False)
    planned = project.plan(TF_VAR_codes=json.dumps(given))
    assert planned.code == 1, planned.raw
    (told, *_) = planned.errors
    assert "1.11" in told.summary + told.detail
    assert told.line in (9, 10)
    assert not [code for code in given if code in planned.raw]
    assert "EnableMFADevice" not in box.calls()
