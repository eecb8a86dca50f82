"""The example for organizations: its stacks keep to their accounts, and its workflow to its roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mfa_association import roster
from tests.examples.callers import ORGANIZATION
from tests.examples.pipeline import Hub, log, tool
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "organization"
ACCOUNTS = sorted(path.name.split(".")[1] for path in EXAMPLE.glob("Pulumi.*.yaml"))
WORKFLOW: dict[Any, Any] = read_yaml(ORGANIZATION.read_text())


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_stack_speaks_of_its_own_account_alone(account: str) -> None:
    config = read_yaml((EXAMPLE / f"Pulumi.{account}.yaml").read_text())["config"]
    assert config == {
        "organization:roster": f"rosters/{account}.yaml",
        "aws:allowedAccountIds": [account],
        "aws:assumeRoles": [{"roleArn": f"arn:aws:iam::{account}:role/mfa-apply"}],
    }
    lines = roster.load(EXAMPLE / config["organization:roster"]).lines
    assert {line.serial.account_id for line in lines} <= {account, None}


def test_each_roster_has_its_stack() -> None:
    assert sorted(path.stem for path in (EXAMPLE / "rosters").iterdir()) == ACCOUNTS


def test_the_matrix_is_every_stack() -> None:
    """Written in the workflow, which has an owner: no change takes its own account out of the review."""
    (job,) = WORKFLOW["jobs"].values()
    assert job["strategy"] == {"fail-fast": False, "matrix": {"account": ACCOUNTS}}
    assert job["with"]["stack"] == "${{ matrix.account }}"
    assert WORKFLOW["permissions"] == {} and "if" not in job


def test_pull_requests_the_merge_queue_and_main_start_it() -> None:
    assert WORKFLOW[True] == {"pull_request": {}, "merge_group": {}, "push": {"branches": ["main"]}}


@pytest.mark.long
def test_an_account_is_applied_as_it_was_reviewed_there(tmp_path: Path) -> None:
    account = ACCOUNTS[1]
    hub = Hub(tmp_path, ORGANIZATION, matrix={"account": account})
    hub.commit("rosters", **{f"rosters/{account}.yaml": "two"})
    run = hub.push()
    assert run.play() == {"preview": "success", "review": "success", "apply": "success"}
    assert "--refresh" not in log(run, "preview", "engine.log")[0]
    for job in ("review", "apply"):
        arguments = tool(run, job)[0]["arguments"]
        at = arguments.index("--role-arn")
        assert arguments[at + 1] == f"arn:aws:iam::{account}:role/mfa-review"
        assert arguments[arguments.index("--key") + 1] == account
    assert (run.machine("review") / "change" / "rosters" / f"{account}.yaml").read_text() == "two"
    assert all(line.endswith(f"--stack {account}") for line in log(run, "apply", "engine.log"))
