"""The whole life of associations, on Terraform and on OpenTofu."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import apply_once
from tests.support.programs import DAVES, KEY, PHONE, TOKEN, deactivate, enable
from tests.support.stack import ACCOUNT, virtual
from tests.support.terraform_project import ADDRESS, Project, codes

ONE = """
resource "mfa_device_association" "device" {
  user_name     = "dave"
  serial_number = "%s"
}
"""


def _name(serial: str) -> str:
    return serial.rpartition(":")[2]


def test_from_the_first_line_to_the_last(box: Sandbox, project: Project) -> None:
    """Enable and adopt, move, drift, remove, destroy: each step ends with nothing left to do."""
    phone, daves = _name(PHONE), _name(DAVES)
    project.lines(alice=[PHONE], bob=[TOKEN], dave=[DAVES])
    first = box.codes(PHONE)
    made = project.apply(**codes({phone: first}))
    assert (made.code, made.errors) == (0, []), made.raw
    assert made.changes == dict.fromkeys((phone, TOKEN, daves), "create")
    assert box.calls()["EnableMFADevice"] == 1
    state = project.state()
    assert {name: (bag["id"], bag["user_name"], bag["active"]) for name, bag in state.items()} == {
        phone: (PHONE, "alice", True),
        TOKEN: (TOKEN, "bob", True),
        daves: (DAVES, "dave", True),
    }
    assert (state[phone]["device_kind"], state[phone]["account_id"]) == ("virtual", ACCOUNT)
    assert not set(first) & set((project.folder / "terraform.tfstate").read_text().split('"'))
    project.settle()

    project.lines(alice=[PHONE], bob=[TOKEN], erin=[DAVES])
    moved = project.apply(**codes({daves: box.codes(DAVES)}))
    assert (moved.code, moved.changes) == (0, {daves: "update"}), moved.raw
    assert box.holders(ACCOUNT)["erin"] == [DAVES]
    project.settle()

    deactivate(box, "bob", TOKEN)
    seen = project.plan()
    assert (seen.drift, seen.changes) == ([TOKEN], {}), seen.raw
    assert [warning.summary for warning in seen.warnings if TOKEN in warning.summary + warning.detail], seen.raw
    assert project.apply("-refresh-only").code == 0
    assert project.state()[TOKEN]["active"] is False

    project.lines(bob=[TOKEN], erin=[DAVES])
    planned = project.plan()
    assert planned.changes == {phone: "delete"}
    assert ["last" in warning.summary + warning.detail for warning in planned.warnings].count(True) == 1, planned.raw
    removed = project.apply()
    assert (removed.code, "alice" in box.holders(ACCOUNT)) == (0, False), removed.raw

    ended = project.destroy()
    assert (ended.code, project.state()) == (0, {}), ended.raw
    assert "erin" not in box.holders(ACCOUNT)
    assert box.holders(ACCOUNT)["carol"] == [KEY]


def test_a_new_device_replaces_and_the_plan_advises(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    box.add({"accounts": {ACCOUNT: {"users": {"dave": {"devices": [{"kind": "virtual", "name": "dave-new"}]}}}}})
    project = new_project(program, main=ONE % DAVES)
    apply_once(project, box)
    project.write(ONE % virtual("dave-new"))
    planned = project.plan()
    assert planned.changes == {ADDRESS: "replace"}, planned.raw
    assert any("create_before_destroy" in warning.summary + warning.detail for warning in planned.warnings), planned.raw
    done = project.apply()
    assert done.code == 0, done.raw
    assert box.holders(ACCOUNT)["dave"] == [virtual("dave-new")]
    project.settle()


@pytest.mark.parametrize("identifier", [f"dave/{DAVES}", DAVES], ids=["user and serial", "serial alone"])
def test_an_import_ends_in_the_state_of_a_create(
    box: Sandbox, new_project: Callable[..., Project], program: Path, identifier: str
) -> None:
    project = new_project(program, main=ONE % DAVES)
    apply_once(project, box)
    made = project.state()
    project.say("state", "rm", ADDRESS)
    project.say("import", ADDRESS, identifier)
    made["device"]["require_active"] = False  # what a roster says where it says nothing; no change, as settle shows
    assert project.state() == made
    project.settle()


def test_an_import_block_writes_the_configuration(new_project: Callable[..., Project], program: Path) -> None:
    project = new_project(program, main=f'import {{\n  to = {ADDRESS}\n  id = "{DAVES}"\n}}\n')
    planned = project.run("plan", "-generate-config-out=made.tf", "-out=planned")
    assert planned.errors == [], planned.raw
    written = (project.folder / "made.tf").read_text()
    assert re.search(r'user_name += "dave"', written), written
    assert project.apply().code == 0
    project.settle()


def test_a_device_that_was_renamed_or_forgotten_in_code_stays_active(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    project = new_project(program, main=ONE % DAVES)
    apply_once(project, box)
    renamed = (ONE % DAVES).replace('"device"', '"phone"')
    project.write(renamed + f"moved {{\n  from = {ADDRESS}\n  to   = mfa_device_association.phone\n}}\n")
    assert project.apply().code == 0
    assert list(project.state()) == ["phone"]
    project.write("removed {\n  from = mfa_device_association.phone\n  lifecycle {\n    destroy = false\n  }\n}\n")
    assert project.apply().code == 0
    assert project.state() == {}
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    assert not {"EnableMFADevice", "DeactivateMFADevice"} & set(box.calls())


def test_a_fault_of_the_roster_is_told_with_its_line_before_any_call(box: Sandbox, project: Project) -> None:
    project.roster(f"users:\n  alice:\n    - {PHONE}\n    - no serial number at all\n")
    planned = project.plan()
    assert planned.code == 1
    for fault in planned.errors:
        assert fault.line == 9
        assert "roster.yaml:4: users.alice[1].serial_number 'no serial number at all'" in fault.detail
    assert "rpc error" not in planned.raw
    assert box.calls() == {}


def test_a_wrong_argument_is_told_at_its_line_by_validate(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    project = new_project(program, main=ONE % "arn:aws:iam::123:role/nope")
    told = json.loads(project.run("validate").raw)
    (error,) = told["diagnostics"]
    assert error["severity"] == "error"
    assert error["range"]["start"]["line"] == 4
    assert box.calls() == {}


def test_refusals_of_a_guard_are_said_by_the_plan(box: Sandbox, project: Project) -> None:
    project.configure(on_last_device="refuse")
    enable(box, "alice", PHONE)
    project.lines(alice=[PHONE], bob=[TOKEN])
    assert project.apply().code == 0
    project.lines(bob=[TOKEN])
    planned = project.plan()
    assert planned.code == 1, planned.raw
    assert "on_last_device" in planned.errors[0].summary + planned.errors[0].detail
    assert "DeactivateMFADevice" not in box.calls()


def test_data_sources_tell_who_holds_what(new_project: Callable[..., Project], program: Path) -> None:
    main = """
data "mfa_devices" "dave" {
  user_name = "dave"
}
data "mfa_device_holders" "all" {}
output "daves" { value = data.mfa_devices.dave }
output "all" { value = data.mfa_device_holders.all }
"""
    project = new_project(program, main=main)
    assert project.apply().code == 0
    told = project.say("output", "-json")
    assert told.count(DAVES) >= 2 and TOKEN not in told.partition('"daves"')[2]
    project.settle()


def test_codes_can_be_given_to_a_saved_plan_when_it_is_applied(box: Sandbox, project: Project) -> None:
    phone = _name(PHONE)
    project.lines(alice=[PHONE])
    early = box.codes(PHONE)
    planned = project.plan("-out=saved", **codes({phone: early}))
    assert planned.changes == {phone: "create"}, planned.raw
    done = project.run("apply", "saved", **codes({phone: box.codes(PHONE)}))
    assert done.code == 0, done.raw
    assert box.holders(ACCOUNT)["alice"] == [PHONE]
