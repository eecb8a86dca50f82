"""docs/github.md says what `comment` prints and what passes the gate: it is done here and compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.github import faults
from tests.github.conftest import GREEN, LOSS, STACK, Step, hub, step
from tests.github.standin import GitHub

__all__ = ["hub", "step"]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "github.md").read_text()
WHAT = re.compile(r"^\| (?P<there>[^|]+) \| [^|]+ \| `(?P<prints>[^`]+)` \|$", re.MULTILINE)
URL = "https://github.com/acme/infra/pull/7#issuecomment-1001"


def ours(run: str, text: str = "old") -> str:
    return f"<!-- mfa-review {STACK} verdict=low run={run} -->\n{text}"


def prepare(hub: GitHub, there: str) -> tuple[str, str]:
    """Put into the pull request what a row says is there; the review that comes."""
    if there.startswith("its own"):
        hub.add(ours("1.1"))
    if there.startswith("the same"):
        hub.add(ours("500.1", LOSS).replace("=low", "=critical"))
    if "a later run" in there:
        hub.add(ours("501.1"))
    if "deleted since" in there:
        hub.add(ours("1.1"))
        hub.before["PATCH comment"] = hub.comments.clear
    if there.startswith("two"):
        hub.add(ours("1.1"))
        hub.add(ours("2.1"))
    return (GREEN, "none") if "nobody loses" in there else (LOSS, "critical")


def test_the_page_knows_every_ending() -> None:
    source = (ROOT / "providers" / "mfa_association" / "github" / "sticky.py").read_text()
    endings = set(re.findall(r'return f?"([a-z ]+)[:,]', source))
    assert endings == {row["prints"].partition(":")[0].partition(",")[0] for row in WHAT.finditer(PAGE)}


@pytest.mark.parametrize("row", list(WHAT.finditer(PAGE)), ids=lambda row: str(row["there"]))
def test_it_prints_what_the_page_says(step: Step, row: re.Match[str]) -> None:
    ended = step.comment(step.review(*prepare(step.hub, row["there"])))
    printed = re.sub(r"https://\S+", "URL", ended.out)
    assert (ended.code, printed) == (0, f"{STACK}: {row['prints']}\n")


def test_the_example_is_what_is_printed(step: Step) -> None:
    name = step.review()
    ended = step.comment("--step-summary", name, GITHUB_STEP_SUMMARY=str(step.summary))
    assert f"$ mfa-association comment --step-summary {name}\n{ended.out}```\n" in PAGE


def test_it_waits_as_long_as_the_page_says() -> None:
    tries, seconds = len(faults.PAUSES) + 1, sum(faults.PAUSES)
    assert (tries, f"in {seconds:.0f} s" in PAGE, faults.LONGEST_WAIT) == (4, True, 60)


def test_the_page_names_every_variable_of_the_workflows() -> None:
    used = {
        name
        for workflow in ("preview", "apply")
        for name in re.findall(r"vars\.(\w+)", (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text())
    }
    assert used == set(re.findall(r"^\| variable `(\w+)`", PAGE, re.MULTILINE))
    example = (ROOT / "examples" / "github" / "README.md").read_text()
    assert all(f"`{name}`" in example for name in used)
