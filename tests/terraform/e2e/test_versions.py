"""Terraforms that are older and newer than the one of the scenario, without what the older do not have yet."""

from __future__ import annotations

from collections.abc import Callable

import engines
import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.programs import DAVES, PHONE, TOKEN
from tests.e2e.stack import ACCOUNT

from .conftest import engine
from .project import ROSTER, Project

WITH_A_CODE = """
resource "mfa_device_association" "device" {
  user_name                = "alice"
  serial_number            = "%s"
  authentication_code_1_wo = "%s"
  authentication_code_2_wo = "%s"
}
"""


@pytest.mark.parametrize("minor", engines.TERRAFORMS)
def test_adopt_plan_and_remove(box: Sandbox, new_project: Callable[..., Project], minor: str) -> None:
    project = new_project(engine(f"terraform-{minor}"), main=ROSTER)
    assert f"Terraform v{engines.TERRAFORMS[minor]}" in project.say("version")
    project.lines(bob=[TOKEN], dave=[DAVES])
    made = project.apply()
    assert (made.code, len(made.changes)) == (0, 2), made.raw
    project.settle()
    project.lines(bob=[TOKEN])
    removed = project.apply()
    assert (removed.code, list(removed.changes.values())) == (0, ["delete"]), removed.raw
    assert "dave" not in box.holders(ACCOUNT)
    assert list(project.state()) == [TOKEN]


def test_codes_are_refused_where_the_engine_would_keep_them(box: Sandbox, new_project: Callable[..., Project]) -> None:
    first, second = box.codes(PHONE)
    project = new_project(engine("terraform-1.8"), main=WITH_A_CODE % (PHONE, first, second))
    planned = project.plan()
    assert planned.code == 1, planned.raw
    (told, *_) = planned.errors
    assert "1.11" in told.summary + told.detail
    assert told.line in (5, 6)
    assert not {first, second} & set(planned.raw.replace('\\"', '"').split('"'))
    assert "EnableMFADevice" not in box.calls()
