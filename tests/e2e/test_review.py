"""The review of what the CLI on this machine writes: a change of its JSON shows here first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mfa_association.review.classify import classify
from mfa_association.review.findings import Report
from mfa_association.review.parse import parse
from mfa_association.review.sentence import sentence
from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, TOKEN
from tests.support.stack import Stack

WAYS = [({}, "document"), ({"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}, "stream")]


def _review(stack: Stack, **env: str) -> Report:
    options = ["preview", "--json", "--show-sames", "--show-replacement-steps", "--non-interactive"]
    done = subprocess.run(
        ["pulumi", *options], cwd=stack.folder, env={**stack.environment(), **env}, capture_output=True, timeout=120
    )
    return classify(parse(done.stdout, exit_code=done.returncode))


@pytest.fixture
def changed(stack: Stack, box: Sandbox) -> Stack:
    """dave's line is gone, bob's stays."""
    stack.lines(dave=[DAVES], bob=[TOKEN])
    assert stack.up().code == 0
    stack.lines(bob=[TOKEN])
    return stack


@pytest.mark.deep
def test_a_removed_line_is_reviewed_and_its_removal_is_real(changed: Stack, box: Sandbox, tmp_path: Path) -> None:
    for env, way in WAYS:
        report = _review(changed, **env)
        assert sentence(report) == "1 user loses an MFA device and may be left with none.", way
        assert [one.serial_number for one in report.losses] == [DAVES], way
        assert report.notes == (), way
    assert changed.up().code == 0
    assert not box.holders("111122223333").get("dave")
    assert _review(changed).verdict == "none"
    changed.program("raise ValueError('a program that fails')\n")
    assert "ValueError: a program that fails" in (_review(changed).failure or "")
