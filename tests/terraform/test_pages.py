"""The pages say what the provider does: made from its schema, and held to what a run shows."""

from __future__ import annotations

import re
from pathlib import Path

import provider_docs
import pytest

from mfa_association.fields import ROSTER
from tests.support.stage import Stage, user, virtual
from tests.terraform.project import Project
from tests.terraform.test_engine import one

PAGE = Path(__file__).parents[2] / "docs" / "terraform.md"


@pytest.mark.parametrize("program", [provider_docs.ENGINE], indirect=True)
def test_the_pages_are_those_of_the_schema(program: Path, tfplugindocs: Path) -> None:
    """HashiCorp's own generator makes and validates them."""
    assert provider_docs.stale(provider_docs.pages(program, tfplugindocs)) == [], "run tools/provider_docs.py"


def test_a_page_that_nobody_makes_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(provider_docs, "FOLDER", tmp_path)
    (tmp_path / "resources").mkdir()
    for name in ("index.md", "resources/old.md"):
        (tmp_path / name).write_text("old")
    assert provider_docs.stale({"index.md": "old", "functions/new.md": ""}) == ["functions/new.md", "resources/old.md"]


def test_the_function_hands_on_all_that_a_roster_says() -> None:
    """Its page says: the attributes of the example."""
    handed = set(re.findall(r"each\.value\.(\w+)", provider_docs.ROSTER.read_text()))
    assert handed == set(ROSTER)


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text()):
        assert (PAGE.parent / link).exists(), link


EXAMPLES = sorted(str(path.relative_to(provider_docs.EXAMPLES)) for path in provider_docs.EXAMPLES.rglob("*.tf"))


@pytest.mark.parametrize("program", [provider_docs.ENGINE], indirect=True)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid(stage: Stage, engine: dict[str, str], program: Path, tmp_path: Path, name: str) -> None:
    project = Project(tmp_path, stage, engine, program)
    text = (provider_docs.EXAMPLES / name).read_text()
    if "import {" in text:
        text += "\n" + (provider_docs.EXAMPLES / name).with_name("resource.tf").read_text()
    roster = "users:\n  alice:\n    - GAHT12345678\n"
    (project.folder / "roster.yaml").write_text(roster)
    (project.folder / "example.tf").write_text(text)
    if "provider" not in Path(name).parts:
        project.write("")
    project.do("validate")
    project.do("fmt", "-check", "example.tf")


def _shown(number: int) -> list[str]:
    """The lines of one of the page's runs."""
    section = PAGE.read_text().partition("## What a plan says")[2]
    runs: list[str] = re.findall(r"```console\n\$ terraform plan\n(.*?)```", section, re.DOTALL)
    return runs[number].splitlines()


def test_the_runs_show_what_the_page_says(project: Project, stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    project.up(one(stage.arn(), '  on_last_device = "refuse"'))
    removed = "".join((project.folder / "main.tf").read_text().partition("resource ")[:1])
    text = (project.folder / "main.tf").read_text()
    (project.folder / "main.tf").write_text(removed)
    refused = project.do("plan", code=1).text
    (project.folder / "main.tf").write_text(text)
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    warned = project.do("plan").text
    for number, run in enumerate((warned, refused)):
        for line in _shown(number):
            assert line.replace("111122223333", stage.account) in run
