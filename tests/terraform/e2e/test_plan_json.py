"""A plan as other programs read it: what changes for whom, and no codes."""

from __future__ import annotations

import json

from mfa_association.sandbox import Sandbox
from tests.e2e.programs import DAVES, PHONE, TOKEN

from .project import TYPE, Project, codes


def test_a_plan_in_json_names_the_changes_and_no_code(box: Sandbox, project: Project) -> None:
    project.lines(bob=[TOKEN], dave=[DAVES])
    assert project.apply().code == 0
    project.lines(alice=[PHONE], erin=[DAVES])
    given = {PHONE.rpartition(":")[2]: box.codes(PHONE), DAVES.rpartition(":")[2]: box.codes(DAVES)}
    planned = project.planned(**codes(given))
    found = {change["index"]: change for change in planned["resource_changes"] if change["type"] == TYPE}
    assert {name: change["change"]["actions"] for name, change in found.items()} == {
        "mfa/alice-phone": ["create"],
        "mfa/dave-phone": ["update"],
        TOKEN: ["delete"],
    }
    moved = found["mfa/dave-phone"]["change"]
    assert (moved["before"]["user_name"], moved["after"]["user_name"]) == ("dave", "erin")
    assert not [code for pair in given.values() for code in pair if f'"{code}"' in json.dumps(planned)]
