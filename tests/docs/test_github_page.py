"""docs/github.md says what `comment` prints and what passes the gate: it is done here and compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.forges import retries
from tests.github.conftest import GREEN, LOSS, STACK, Step, hub, step
from tests.github.standin import GitHub
from tests.support.yaml_files import read_yaml

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
    if there.startswith("the same, written"):
        hub.add(ours("500.1", LOSS).replace("=low", "=critical"))
    if "a later run" in there or "somebody edited" in there:
        number = hub.add(ours("501.1"))
        if "somebody edited" in there:
            hub.edited_by_hand(number, ours("9999.1"), {"__typename": "User", "login": "mallory"})
    if "deleted since" in there:
        hub.add(ours("1.1"))
        hub.before["PATCH comment"] = hub.comments.clear
    if there.startswith("two"):
        hub.add(ours("1.1"))
        hub.add(ours("2.1"))
    return (GREEN, "none") if "nobody loses" in there else (LOSS, "critical")


def test_the_page_knows_every_ending() -> None:
    source = (ROOT / "providers" / "mfa_association" / "forges" / "sticky.py").read_text()
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
    tries, seconds = len(retries.PAUSES) + 1, sum(retries.PAUSES)
    assert (tries, f"in {seconds:.0f} s" in PAGE, retries.LONGEST_WAIT) == (4, True, 60)


WORKFLOW = read_yaml((ROOT / ".github" / "workflows" / "pulumi.yml").read_text())


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_page_names_the_jobs_and_the_steps_that_apply() -> None:
    tables = section("Three jobs").split("\n\n")
    jobs = next(table for table in tables if table.lstrip().startswith("| job |")).strip().splitlines()[2:]
    assert [line.split("`")[1] for line in jobs] == list(WORKFLOW["jobs"])
    steps = next(table for table in tables if table.startswith("| step |")).splitlines()[2:]
    scripts = [one["run"] for one in WORKFLOW["jobs"]["apply"]["steps"] if "id" in one and "run" in one]
    scripts = [script for script in scripts if "-m venv" not in script]
    assert len(steps) == len(scripts)
    for line, script in zip(steps, scripts, strict=True):
        for command in re.findall(r"`((?:pulumi|mfa-association) [^`]+)`", line):
            words = (
                command.replace("review.json", "reviewed/review.json").replace("-association", "_association").split()
            )
            assert all(word in script for word in words), command


def test_the_page_names_all_that_the_action_is_given() -> None:
    action = read_yaml((ROOT / "action.yml").read_text())
    assert all(f"`{name}`" in section("One step") for name in (*action["inputs"], *action["outputs"]))


def test_the_page_tells_each_warning_of_the_summary() -> None:
    script = next(one["run"] for one in WORKFLOW["jobs"]["review"]["steps"] if one.get("id") == "approvers")
    assert script.count('warn "') == 5
    said = section("Set up")
    for words in ("no required reviewers", "their own runs", "administrators", "every branch", "cannot be read"):
        assert words in said
