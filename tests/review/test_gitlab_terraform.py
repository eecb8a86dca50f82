"""The counts that GitLab's widget shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from mfa_association.cli import main
from mfa_association.review.gitlab_terraform import to_gitlab_terraform

from .golden import reports

REPORTS = reports()


class Counted(NamedTuple):
    name: str
    create: int
    update: int
    delete: int


COUNTED = (
    Counted("sample-losses", 0, 0, 3),
    Counted("sample-gains", 3, 2, 0),
    Counted("plan-move", 0, 1, 0),
    Counted("plan-real-replace", 1, 0, 1),
    Counted("preview-unchanged", 0, 0, 0),
)


@pytest.mark.parametrize("case", COUNTED, ids=lambda case: case.name)
def test_devices_are_counted(case: Counted) -> None:
    _, *counts = case
    told = json.loads(to_gitlab_terraform(REPORTS[case.name]))
    assert told == dict(zip(("create", "update", "delete"), counts, strict=True))


@pytest.mark.parametrize("name", [name for name, report in REPORTS.items() if report.failure is not None])
def test_what_could_not_be_assessed_has_no_numbers(name: str) -> None:
    """GitLab says of a report without all three keys that it could not be made."""
    assert not {"create", "update", "delete"} & json.loads(to_gitlab_terraform(REPORTS[name])).keys()


def test_the_command_writes_it(tmp_path: Path) -> None:
    preview, out = tmp_path / "preview.json", tmp_path / "counts.json"
    preview.write_text("")
    assert main(["review", str(preview), "--format", "gitlab-terraform", "--output", str(out)]) == 1
    assert json.loads(out.read_text()) == {"failure": "could not assess"}
