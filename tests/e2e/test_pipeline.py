"""The called workflow's job that applies, its own shell with the real engine: what was reviewed runs, and nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from mfa_association.sandbox import Sandbox
from tests.examples.callers import CALLED
from tests.support.programs import DAVES, TOKEN, enable
from tests.support.stack import ACCOUNT, SCRIPTS, Stack
from tests.support.yaml_files import read_yaml

WORKFLOW = read_yaml(CALLED["pulumi"].read_text())
STEPS = {one["id"]: one["run"] for one in WORKFLOW["jobs"]["apply"]["steps"] if "run" in one and "id" in one}
LATE = """
import pulumi
from mfa_association.pulumi import declare

declare("empty.yaml" if not pulumi.runtime.is_dry_run() else "roster.yaml")
"""


def step(stack: Stack, name: str, **env: str) -> tuple[int, str]:
    """Run a step as GitHub does; its exit code and what it says."""
    usual = {
        "STACK": "dev",
        "FAIL_ON": "critical",
        "AWS_ENDPOINT_URL": stack.endpoint,
        "RUNNER_TEMP": str(stack.folder),
    }
    files = {name: str(stack.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]],
        cwd=stack.folder, env={**stack.environment(), **usual, **files, **env}, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180,
    )  # fmt: skip
    return done.returncode, done.stdout


def previewed(stack: Stack) -> str:
    """Preview with a plan; how it ended."""
    (stack.folder / "GITHUB_OUTPUT").write_text("")
    assert step(stack, "preview")[0] == 0
    return (stack.folder / "GITHUB_OUTPUT").read_text().partition("code=")[2].strip()


@pytest.fixture
def stack(stack: Stack, box: Sandbox) -> Stack:
    """dave and bob are there; a run for dave's leaving was reviewed, and waits for its approval."""
    reviewer = stack.folder / ".review" / "bin" / "python"
    reviewer.parent.mkdir(parents=True)
    reviewer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    reviewer.chmod(0o755)
    (stack.folder / "empty.yaml").write_text("allow_empty: true\nusers: {}\n")
    stack.lines(dave=[DAVES], bob=[TOKEN])
    assert stack.up().code == 0
    stack.lines(bob=[TOKEN])
    code = previewed(stack)
    (stack.folder / "reviewed").mkdir()
    review = ["review", "preview.json", "--exit-code", code, "--key", "dev", "--live", "--format", "json"]
    done = subprocess.run(
        [SCRIPTS / "mfa-association", *review, "--fail-on", "never", "--output", "reviewed/review.json"],
        cwd=stack.folder, env={**stack.environment(), "AWS_ENDPOINT_URL": stack.endpoint}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    return stack


def test_what_was_reviewed_runs(stack: Stack, box: Sandbox) -> None:
    review = stack.folder / "reviewed" / "review.json"
    assert [one["user_name"] for one in json.loads(review.read_text())["losses"]] == ["dave"]
    assert step(stack, "reviewed", SHA256=hashlib.sha256(review.read_bytes()).hexdigest())[0] == 0
    code, said = step(stack, "gate", CODE=previewed(stack), FAIL_ON="never")
    assert code == 0, said
    code, said = step(stack, "apply")
    assert code == 0, said
    assert (box.holders(ACCOUNT).get("dave"), box.holders(ACCOUNT)["bob"]) == (None, [TOKEN])


@pytest.mark.deep
def test_a_device_that_changed_hands_meanwhile_is_not_taken(stack: Stack, box: Sandbox) -> None:
    """The plan of the approved run would take it from its new holder: a plan binds the resource's name alone."""
    box.client().deactivate_mfa_device(UserName="dave", SerialNumber=DAVES)
    enable(box, "erin", DAVES)
    stack.lines(bob=[TOKEN], erin=[DAVES])
    assert stack.up("--refresh").code == 0
    stack.lines(bob=[TOKEN])
    code, said = step(stack, "gate", CODE=previewed(stack), FAIL_ON="never")
    assert (code, "erin" in said, "was not reviewed" in said) == (3, True, True), said


@pytest.mark.deep
def test_a_program_that_does_something_else_once_it_runs_is_refused(stack: Stack, box: Sandbox) -> None:
    stack.program(LATE)
    assert step(stack, "gate", CODE=previewed(stack), FAIL_ON="never")[0] == 0
    code, said = step(stack, "apply")
    assert code != 0 and "is not allowed by the plan" in said, said
    assert box.holders(ACCOUNT)["bob"] == [TOKEN]


def test_a_preview_that_fails_applies_nothing(stack: Stack) -> None:
    stack.program("raise ValueError('a program that fails')\n")
    code, said = step(stack, "gate", CODE=previewed(stack))
    assert (code, "could not assess" in said) == (1, True), said
