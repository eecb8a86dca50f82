"""From preview to comment: what `review` really writes is what `comment` takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.forges.github.step import COMMENT_CHARACTERS
from tests.github.conftest import Step

PREVIEWS = Path(__file__).parents[1] / "review" / "previews"


def review(step: Step, preview: str, *arguments: str) -> str:
    """The review of a captured preview; its file."""
    main(["review", str(PREVIEWS / preview), "--format", "markdown", "--output", "review.md", *arguments])
    step.captured.readouterr()
    return "review.md"


@pytest.mark.parametrize("preview", sorted(path.name for path in PREVIEWS.glob("*.json")))
def test_every_review_is_posted_as_it_is(step: Step, preview: str) -> None:
    name = review(step, preview)
    first, _, text = (step.folder / name).read_text().partition("\n")
    assert step.comment(name).code == 0
    posted = [] if "verdict=none" in first else [f"{first.replace(' -->', ' run=500.1 -->')}\n{text}".rstrip()]
    assert step.hub.bodies() == posted
    assert all(len(body) < COMMENT_CHARACTERS for body in posted)


def test_some_reviews_say_nothing_and_some_cannot_say() -> None:
    names = {path.name for path in PREVIEWS.glob("*.json")}
    assert {"delete.json", "unchanged.json", "failed-program.json"} <= names


def test_a_loss_turns_green_and_a_preview_that_fails_turns_it_red_again(step: Step) -> None:
    said = []
    for run, preview in enumerate(["delete.json", "unchanged.json", "failed-program.json"], 1):
        assert step.comment(review(step, preview, "--key", "prod"), run=str(run)).code == 0
        (body,) = step.hub.bodies()
        said.append(re.findall(r"verdict=(\w+) run=(\d)\.1 -->\n### (\S+)", body)[0])
    assert [one[1:] for one in said[1:]] == [("2", "🟢"), ("3", "⛔")]
    assert [one[0] for one in said[1:]] == ["none", "unassessed"]
    assert said[0][2] in "🔴🟠🟡🔵"


@pytest.mark.parametrize("key", ["org/project/prod", "a b", "--> verdict=none <!--", "prüfung", "x" * 900])
def test_whatever_a_stack_is_called_its_comment_is_found_again(step: Step, key: str) -> None:
    for run in ("1", "2"):
        assert step.comment(review(step, "delete.json", "--key", key), run=run).code == 0
    assert len(step.hub.bodies()) == 1
