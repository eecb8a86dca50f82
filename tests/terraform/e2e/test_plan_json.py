"""A plan as other programs read it, the review among them: what changes for whom, and no codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, PHONE, TOKEN
from tests.support.terraform_project import TYPE, Project, codes


def test_a_plan_in_json_names_the_changes_and_no_code(
    box: Sandbox, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    (tmp_path / "plan.json").write_text(json.dumps(planned))
    assert main(["review", str(tmp_path / "plan.json"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(one["user_name"], one["serial_number"]) for one in told["losses"]} == {("dave", DAVES), ("bob", TOKEN)}
    assert {(one["user_name"], one["serial_number"]) for one in told["gains"]} == {("alice", PHONE), ("erin", DAVES)}
