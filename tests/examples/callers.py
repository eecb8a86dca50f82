"""The workflows that infra repos call, the examples that call them, and what an example gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.examples.actions import fill
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS, EXAMPLE = ROOT / ".github" / "workflows", ROOT / "examples" / "github"
ORGANIZATION = ROOT / "examples" / "organization" / ".github" / "workflows" / "mfa.yml"
CALLED = {name: WORKFLOWS / f"{name}.yml" for name in ("pulumi", "terraform", "drift")}
STEP = EXAMPLE / "step.yml"
"""Uses the action, and calls none."""
CALLERS = [*sorted({*EXAMPLE.glob("*.yml")} - {STEP}), ORGANIZATION, WORKFLOWS / "mfa.yml"]
REPOSITORY = "mfa-association/mfa-association"
COMMIT = "0" * 40
"""Of a release, in the examples: nobody can write the hash of a commit into that commit."""
_USES = re.compile(rf"(?:{REPOSITORY}/|\./)\.github/workflows/(\w+)\.yml(?:@{COMMIT})?")


def calls(caller: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow that call one of ours."""
    jobs = read_yaml(caller.read_text())["jobs"]
    return {name: job for name, job in jobs.items() if "uses" in job}


def called(job: Mapping[str, Any]) -> str:
    """Which of CALLED a job calls."""
    found = _USES.fullmatch(job["uses"])
    assert found, job["uses"]
    return found[1]


def given(job: Mapping[str, Any], **matrix: str) -> dict[str, Any]:
    """What a job gives to the workflow that it calls, in one run of its matrix."""
    return {
        key: fill(value, {"matrix": matrix}) if isinstance(value, str) else value for key, value in job["with"].items()
    }
