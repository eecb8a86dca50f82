"""The pages say what the provider does: made from its schema, and held to what a run shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import terraform_docs

from tests.support.stage import Stage, user, virtual
from tests.terraform.project import Project
from tests.terraform.test_engine import one

PAGE = Path(__file__).parents[2] / "docs" / "terraform.md"


def test_the_pages_are_those_of_the_schema() -> None:
    found = {path: terraform_docs._text(terraform_docs.FOLDER / path) for path in terraform_docs.pages()}
    assert found == terraform_docs.pages(), "run tools/terraform_docs.py"
    there = {str(path.relative_to(terraform_docs.FOLDER)) for path in terraform_docs.FOLDER.rglob("*.md")}
    assert there == set(found)


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text()):
        assert (PAGE.parent / link).exists(), link


EXAMPLES = sorted(path.stem for path in terraform_docs.EXAMPLES.glob("*.tf"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid(project: Project, name: str) -> None:
    text = (terraform_docs.EXAMPLES / f"{name}.tf").read_text()
    roster = "users:\n  alice:\n    - GAHT12345678\n"
    (project.folder / "roster.yaml").write_text(roster)
    (project.folder / "example.tf").write_text(text)
    if name != "index":
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
