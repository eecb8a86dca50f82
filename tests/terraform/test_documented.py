"""The documented blocks, taken from where users take them, applied to a roster that says all that a roster can."""

from __future__ import annotations

import json
import re
from pathlib import Path

import input_docs
import pytest

from mfa_association.fields import FIELDS, ROSTER
from tests.support.stage import Stage, user, virtual
from tests.terraform.project import Project
from tests.test_fields import good

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "terraform.md").read_text()


def _blocks(path: Path) -> dict[str, str]:
    """Everything in a file that loops over a roster: whole fences of a page, a whole module."""
    text = path.read_text()
    fences = re.findall(r"```(?:terraform|hcl)\n(.*?)```", text, re.DOTALL) if path.suffix == ".md" else [text]
    found = [fence for fence in fences if "provider::mfa::roster(" in fence and "resource " in fence]
    return {f"{path.relative_to(ROOT)} {number}": fence for number, fence in enumerate(found, 1)}


BLOCKS = {name: block for path in input_docs.blocks() for name, block in _blocks(path).items()}


def test_there_are_blocks() -> None:
    files = {name.rpartition(" ")[0] for name in BLOCKS}
    assert files >= {"docs/terraform.md", "examples/terraform/main.tf", "docs/terraform/functions/roster.md"}
    assert len([name for name in BLOCKS if name.startswith("docs/terraform.md")]) == 2


@pytest.mark.parametrize("name", BLOCKS)
def test_all_that_a_roster_says_reaches_the_resource(project: Project, stage: Stage, name: str) -> None:
    block = BLOCKS[name].replace("${path.module}/", "")
    project.write(
        "".join(
            match[0] + "\n"
            for match in re.finditer(r"^(?:resource|locals|variable)\b.*?^}$", block, re.DOTALL | re.MULTILINE)
        )
    )
    said = {field.name: good(field) for field in FIELDS if field.is_roster_setting}
    device = {"serial_number": stage.arn(), **said}
    member = f"4444{stage.account[4:]}"
    root = f"arn:aws:iam::{member}:mfa/root-phone"
    stage.plant(users={"alice": user(virtual())})
    organization = {"management": stage.account, "members": [member], "root_credentials_management": True}
    devices = [{"kind": "virtual", "name": "root-phone"}]
    stage.box.add({"accounts": {member: {"root": {"devices": devices}}}, "organization": organization})
    (project.folder / "roster.yaml").write_text(json.dumps({"users": {"alice": [device]}, "roots": {member: [root]}}))
    project.do("apply", "-auto-approve")
    values = {value["serial_number"]: value for value in project.resources().values()}
    expected = {"serial_number": stage.arn(), "user_name": "alice", "root_account_id": None, **said}
    assert set(expected) == set(ROSTER)
    assert {name: values[stage.arn()][name] for name in ROSTER} == expected, "run tools/input_docs.py"
    assert values[root]["root_account_id"] == member and values[root]["active"] is True
    assert not stage.writes()


TESTS = dict(re.findall(r"```terraform\n# (\w+\.tftest\.hcl)\n(.*?)```", PAGE, re.DOTALL))


def _quick_start(project: Project, stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    block = BLOCKS["docs/terraform.md 1"]
    project.write(block[block.index("locals {") :])
    roster = {"users": {"alice": [stage.arn()], "bob": [stage.arn("bobs")]}}
    (project.folder / "roster.yaml").write_text(json.dumps(roster))


@pytest.mark.parametrize("name", ["everybody.tftest.hcl", "plan.tftest.hcl"])
def test_a_documented_test_deactivates_nobody(project: Project, stage: Stage, name: str) -> None:
    assert set(TESTS) == {"everybody.tftest.hcl", "plan.tftest.hcl"}
    _quick_start(project, stage)
    (project.folder / name).write_text(TESTS[name])
    done = project.do("test")
    assert "1 passed, 0 failed" in done.text
    assert not stage.writes() and sorted(stage.holders()) == ["alice", "bob"]


def test_without_either_a_test_deactivates_everybody(project: Project, stage: Stage) -> None:
    """What the page warns of: if this fails, the warning can go."""
    _quick_start(project, stage)
    (project.folder / "t.tftest.hcl").write_text(TESTS["plan.tftest.hcl"].replace("  command = plan\n", ""))
    project.do("test")
    assert not stage.holders()
