"""`pulumi new` from the template: a project that runs."""

from __future__ import annotations

from pathlib import Path

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES
from tests.support.stack import ACCOUNT, Stack

ROOT = Path(__file__).parents[2]


def test_a_new_project_declares_and_removes(stack: Stack, box: Sandbox) -> None:
    made = stack.folder / "made"
    options = ["--generate-only", "--yes", "--force", "--name", "made", "--description", "Ours", "--dir", str(made)]
    stack.must("new", str(ROOT / "template"), *options)
    assert "name: made" in (made / "Pulumi.yaml").read_text()
    stack.program((made / "__main__.py").read_text())
    stack.lines(dave=[DAVES])
    assert stack.up().code == 0
    stack.roster("allow_empty: true\n")
    assert stack.up().code == 0
    assert not box.holders(ACCOUNT).get("dave")


def test_the_template_is_what_this_repo_runs() -> None:
    assert (ROOT / "template" / "__main__.py").read_text() == (ROOT / "__main__.py").read_text()
