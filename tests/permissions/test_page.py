"""docs/permissions.md says what the files say and what the runs print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .policies import IDENTITY_POLICIES, NAMES, allowed, load
from .reviews import CELLS
from .test_boundaries import ISSUER, believed, claims_of, workflow
from .work import WORKS

PAGE = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
EXAMPLE = {
    "arn": "arn:aws:iam::111122223333:mfa/alice-phone",
    "member": "222233334444",
    "key": "arn:aws:iam::111122223333:u2f/user/alice/key-EXAMPLE",
}
SAVE_CALLS = {"iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:GetAccountSummary"}
"""Actions that only save calls: nothing is said without them."""
OF_REVIEWS_ALONE = allowed("review").keys() - {
    action for name in IDENTITY_POLICIES if name != "review" for action in allowed(name)
}
"""What they look like when they are missing is told by the table of reviews."""


def rows(heading: str, columns: int) -> list[list[str]]:
    """The cells of the first table under a heading, less its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in re.findall(r"^\|.*\|$", section, re.M)]
    return [row for row in cells[2:] if len(row) == columns and not row[0].startswith("---")]


def full(action: str) -> str:
    return action if ":" in action else f"iam:{action}"


@pytest.mark.parametrize("name", IDENTITY_POLICIES)
def test_a_row_lists_exactly_the_actions_of_its_file(name: str) -> None:
    (cell,) = [row[2] for row in rows("Policies", 3) if f"(policies/{name}.json)" in row[0]]
    told = {full(action) for action in re.findall(r"`((?:\w+:)?[A-Z][A-Za-z]+)`", cell)}
    assert told == allowed(name).keys()
    for task in re.findall(r"IAM\w+Credentials", str(load(name))):
        assert task in cell


def test_every_file_is_on_the_page() -> None:
    assert set(re.findall(r"\(policies/([\w-]+)\.json\)", PAGE)) == set(NAMES)


CELL_NAMES = {
    "whether it exists, when it signed in last": "exists",
    "devices left": "serial_numbers",
    "console password": "console_password",
    "active access keys": "active_access_keys",
    "administrator": "administrator",
}


def test_what_a_cell_needs_is_what_empties_it_when_it_is_missing() -> None:
    table = {name: re.findall("`([A-Z][A-Za-z]+)`", needs) for name, needs in rows("What a review needs", 2)[:5]}
    assert {CELL_NAMES[name]: tuple(needs) for name, needs in table.items()} == {
        cell: CELLS[cell] for cell in CELL_NAMES.values()
    }


def test_the_page_names_every_action_of_a_review() -> None:
    section = PAGE.partition("\n## What a review needs\n")[2].partition("\n## ")[0]
    assert {full(action) for action in re.findall("`([A-Z][A-Za-z]+)`", section)} == allowed("review").keys()


def test_what_a_missing_action_looks_like_is_what_the_runs_say() -> None:
    said: dict[str, list[str]] = {action: [] for name in IDENTITY_POLICIES for action in allowed(name)}
    for work in WORKS:
        for action, words in work.told.items():
            said[action].append(words.format(**EXAMPLE))
    told = {full(action.strip("`")): words for action, words in rows("What a missing action looks like", 2)}
    assert not [action for action, words in told.items() if words not in said[action]]
    assert told.keys() == said.keys() - SAVE_CALLS - OF_REVIEWS_ALONE


WORKFLOWS = {
    "`pulumi.yml`": workflow("pulumi"),
    "`drift.yml`": workflow("drift"),
    "the pull request's own": "ORGANIZATION/REPOSITORY/.github/workflows/mfa.yml@refs/pull/7/merge",
    "`pulumi.yml` of another commit": workflow("pulumi", "1" * 40),
}


def test_who_is_trusted_is_what_the_files_say() -> None:
    table = [row for row in rows("Roles for GitHub Actions", 7) if row[0].startswith("`mfa-")]
    assert len(table) == 9
    for environment, ref, repository_id, named, *trusted in table:
        claims = claims_of(environment.strip("`"), ref=ref.strip("`"), repository_id=repository_id.strip("`"))
        claims[f"{ISSUER}:job_workflow_ref"] = WORKFLOWS[named]
        told = [believed(f"trust-{name}", claims) for name in ("plan", "apply", "drift")]
        assert told == [one == "yes" for one in trusted], environment


def test_the_state_is_read_with_what_the_page_says() -> None:
    (cell,) = [row[2] for row in rows("Policies", 3) if "(policies/state-read.json)" in row[0]]
    assert set(re.findall(r"`(\w+:[A-Z]\w+)`", cell)) == allowed("state-read").keys()
