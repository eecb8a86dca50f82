"""The example for organizations: its stacks keep to their accounts, and its workflow to its roles."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mfa_association import roster

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "organization"
ACCOUNTS = sorted(path.name.split(".")[1] for path in EXAMPLE.glob("Pulumi.*.yaml"))
TEXT = (EXAMPLE / ".github" / "workflows" / "mfa.yml").read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
ROLE = "arn:aws:iam::444455556666:role/mfa-{}"


def uses(text: str) -> list[tuple[str, str]]:
    """The actions that a workflow uses, and at what."""
    return re.findall(r"uses: ([\w/-]+)@(.+)", text)


def step(job: str, word: str) -> dict[str, Any]:
    """The step of a job that mentions something."""
    (found,) = [one for one in JOBS[job]["steps"] if word in f"{one.get('run')} {one.get('uses')}"]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_stack_speaks_of_its_own_account_alone(account: str) -> None:
    config = yaml.safe_load((EXAMPLE / f"Pulumi.{account}.yaml").read_text())["config"]
    assert config == {
        "organization:roster": f"rosters/{account}.yaml",
        "aws:allowedAccountIds": [account],
        "aws:assumeRoles": [{"roleArn": f"arn:aws:iam::{account}:role/mfa-apply"}],
    }
    lines = roster.load(EXAMPLE / config["organization:roster"]).lines
    assert {line.serial.account_id for line in lines} <= {account, None}


def test_each_roster_has_its_stack() -> None:
    assert sorted(path.stem for path in (EXAMPLE / "rosters").iterdir()) == ACCOUNTS


def test_the_matrix_is_every_stack(tmp_path: Path) -> None:
    """The first job's command is run as GitHub runs it."""
    output = tmp_path / "output"
    environment = {**os.environ, "GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-e", "-c", step("accounts", "glob")["run"]], cwd=EXAMPLE, env=environment, check=True)
    name, _, listed = output.read_text().partition("=")
    assert (name, json.loads(listed)) == ("list", ACCOUNTS)
    for job in ("preview", "apply"):
        assert JOBS[job]["strategy"] == {
            "fail-fast": False,
            "matrix": {"account": "${{ fromJSON(needs.accounts.outputs.list) }}"},
        }


def test_pull_requests_are_previewed_and_main_is_applied() -> None:
    assert WORKFLOW[True] == {"pull_request": None, "push": {"branches": ["main"]}}
    conditions = {name: job.get("if") for name, job in JOBS.items()}
    assert conditions["preview"] == "github.event_name == 'pull_request'"
    assert conditions["apply"] == "github.event_name == 'push'"
    assert "preview --non-interactive --stack" in step("preview", "pulumi preview")["run"]
    assert "--continue-on-error --stack" in step("apply", "pulumi up")["run"]
    assert not [one for one in JOBS["preview"]["steps"] if "pulumi up" in one.get("run", "")]


def test_each_job_has_its_own_role() -> None:
    credentials = {
        job: step(job, "configure-aws-credentials")["with"]["role-to-assume"] for job in ("preview", "apply")
    }
    assert credentials == {"preview": ROLE.format("plan"), "apply": ROLE.format("apply")}
    assert (JOBS["preview"].get("environment"), JOBS["apply"]["environment"]) == (None, "mfa-apply")
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOBS["accounts"]


def test_one_run_of_a_stack_at_a_time() -> None:
    assert JOBS["apply"]["concurrency"] == {"group": "mfa-${{ matrix.account }}", "cancel-in-progress": False}


def test_actions_are_pinned_as_in_this_repos_own_workflow() -> None:
    ours = dict(uses((ROOT / ".github" / "workflows" / "ci.yml").read_text()))
    found = dict(uses(TEXT))
    assert {name: at for name, at in found.items() if name in ours} == {
        name: ours[name] for name in found if name in ours
    }
    assert [at for at in found.values() if not re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", at)] == []
    assert "secrets." not in TEXT
