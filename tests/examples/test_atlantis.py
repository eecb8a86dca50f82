"""The policy check of Atlantis: what it says is what Atlantis makes of it, and nothing is applied that was not reviewed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.examples.pipeline import git
from tests.support.yaml_files import read_yaml

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "atlantis"
REPOS: dict[str, Any] = read_yaml((EXAMPLE / "repos.yaml").read_text())
PLANS = ROOT / "tests" / "review" / "plans"
README = (EXAMPLE / "README.md").read_text()

# Our own program, as `python -I -m mfa_association.cli`: without AWS, and its calls are written down.
TOOL = """#!{python}
import json, os, sys
from pathlib import Path
assert sys.argv[1:4] == ["-I", "-m", "mfa_association.cli"]
arguments = sys.argv[4:]
with open(os.environ["CALLS"], "a") as log:
    log.write(json.dumps(arguments) + "\\n")
form = arguments[arguments.index("--format") + 1]
if os.environ.get("BROKEN") and os.environ.get("WHERE", form) == form:
    print("Traceback: no module", file=sys.stderr)
    sys.exit(int(os.environ["BROKEN"]))
arguments.remove("--live")
from mfa_association.cli import main
code = main(arguments)
sys.exit(int(os.environ.get("ENDS", code)) if os.environ.get("WHERE", form) == form else code)
"""


class Ran(NamedTuple):
    """How the script ended."""

    code: int
    out: str
    err: str


def passes(output: str) -> bool:
    """What Atlantis makes of a custom check's output, in the version of August 2026 and in those before 2026.

    Sources: doPolicyCheck in server/events/project_command_runner.go of runatlantis/atlantis, commit 078d0a820; its
    page custom-policy-checks.md for the older ones.
    """
    now = output != "" and not re.search(r'([1-9][0-9]* failure|failures": \[)', output)
    now = now and not output.strip().startswith("FAIL")
    before = "fail" not in output.lower()
    assert now == before, "versions of Atlantis differ"
    return now


@dataclass
class Server:
    """Atlantis's server with a checkout of a pull request."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checkout, self.bin = self.folder / "checkout", self.folder / "bin"
        self.checkout.mkdir()
        self.bin.mkdir()
        self.plan = self.folder / "default.tfplan"
        self.shown = self.folder / "default.json"
        tool = self.bin / "python"
        tool.write_text(TOOL.format(python=sys.executable))
        tool.chmod(0o755)
        engine = self.bin / "tofu1.12.6"
        engine.write_text('#!/bin/sh\n[ "$1 $2" = "show -json" ] && cat "$3"\n')
        engine.chmod(0o755)
        self.script = self.bin / "mfa-review"
        text = (EXAMPLE / "mfa-review").read_text()
        self.script.write_text(text.replace("/opt/mfa-association/bin/python", str(tool)))
        self.script.chmod(0o755)
        git(self.checkout, "init", "--quiet", "--initial-branch", "main")
        self._commit("base", "alice", "users: {}\n")
        git(self.checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
        self._commit("change", "erin", "allow_empty: true\nusers: {}\n")

    def _commit(self, message: str, who: str, roster: str) -> None:
        (self.checkout / "roster.yaml").write_text(roster)
        git(self.checkout, "add", "--all")
        git(self.checkout, "commit", "--quiet", "--message", message, who=who, email=f"{who}@example.com")

    def planned(self, name: str) -> None:
        """A plan, and what `show` wrote of it."""
        text = (PLANS / f"{name}.json").read_text()
        self.plan.write_text(text)
        self.shown.write_text(text)

    def run(self, what: str, **env: str) -> Ran:
        """Run the script as Atlantis does, which takes both channels for output."""
        usual = {
            "PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder), "CALLS": str(self.folder / "calls"),
            "BASE_REPO_OWNER": "acme", "BASE_REPO_NAME": "infra", "REPO_REL_DIR": ".", "WORKSPACE": "default",
            "BASE_BRANCH_NAME": "main", "HEAD_COMMIT": "abc", "PULL_AUTHOR": "erin-s", "USER_NAME": "frank",
            "PLANFILE": str(self.plan), "SHOWFILE": str(self.shown), "GIT_CONFIG_NOSYSTEM": "1",
            "ATLANTIS_TERRAFORM_DISTRIBUTION": "tofu", "ATLANTIS_TERRAFORM_VERSION": "1.12.6",
        }  # fmt: skip
        done = subprocess.run(
            [self.script, what], cwd=self.checkout, env={**usual, **self.env, **env}, check=False, text=True,
            capture_output=True,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def calls(self) -> list[list[str]]:
        """Each call of our program."""
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def fail_on(self, risk: str) -> None:
        """Set the literal."""
        self.script.write_text(self.script.read_text().replace("FAIL_ON=critical", f"FAIL_ON={risk}"))


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_an_open_gate_passes_and_leaves_what_was_reviewed(server: Server) -> None:
    server.planned("real-delete")
    ran = server.run("policy-check")
    assert (ran.code, ran.err, passes(ran.out)) == (0, "", True)
    assert ran.out.startswith("2 users lose an MFA device")
    document = json.loads(Path(f"{server.plan}.mfa-review.json").read_text())
    assert document["stack"] == "acme/infra/./default"
    assert not server.shown.exists(), "it holds seeds"


def test_a_closed_gate_fails_and_says_so_first(server: Server) -> None:
    server.fail_on("high")
    server.planned("real-delete")
    ran = server.run("policy-check")
    assert (ran.code, ran.err, passes(ran.out)) == (0, "", False)
    shown = README.partition("```console\n")[2].partition("```")[0]
    assert ran.out.startswith(shown)


class Broken(NamedTuple):
    reason: str
    plan: str | None
    env: dict[str, str]


@pytest.mark.parametrize(
    "case",
    [
        Broken("a plan that errored", "errored", {}),
        Broken("no plan", None, {}),
        Broken("the program cannot be started", "real-delete", {"PATH": "/usr/bin:/bin", "CALLS": "/no/where/calls"}),
        Broken("it breaks", "real-delete", {"BROKEN": "1"}),
        Broken("it says nothing and ends well", "real-delete", {"BROKEN": "0"}),
        Broken("the text alone says nothing and ends well", "real-delete", {"BROKEN": "0", "WHERE": "text"}),
        Broken("what was reviewed cannot be kept", "real-delete", {"BROKEN": "1", "WHERE": "json"}),
        Broken("it says that all is well, and ends badly", "empty", {"ENDS": "1", "WHERE": "text"}),
    ],
    ids=lambda case: case.reason,
)
def test_what_could_not_be_reviewed_fails(server: Server, case: Broken) -> None:
    if case.plan:
        server.planned(case.plan)
    ran = server.run("policy-check", **case.env)
    assert (ran.code, passes(ran.out)) == (0, False)
    assert ran.out.startswith("FAIL: 1 failure:")


def test_the_review_knows_the_base_and_all_authors(server: Server) -> None:
    server.planned("real-delete")
    server.run("policy-check")
    arguments = server.calls()[0]
    names = {argument.partition("=")[2] for argument in arguments if argument.startswith("--author=")}
    assert names == {"erin", "erin-s", "frank"}
    base = git(server.checkout, "rev-parse", "HEAD^")
    assert arguments[arguments.index("--base") + 1] == base
    assert "--live" in arguments


def test_of_a_shallow_clone_there_is_no_base_and_a_review_all_the_same(server: Server) -> None:
    git(server.checkout, "update-ref", "-d", "refs/remotes/origin/main")
    server.planned("real-delete")
    assert passes(server.run("policy-check").out)
    assert "--base" not in server.calls()[0]


def test_what_was_reviewed_may_be_applied(server: Server) -> None:
    server.planned("real-delete")
    server.run("policy-check")
    ran = server.run("before-apply")
    assert (ran.code, ran.out.startswith("2 users lose an MFA device")) == (0, True)


def test_a_policy_that_an_owner_approved_may_be_applied(server: Server) -> None:
    server.fail_on("high")
    server.planned("real-delete")
    server.run("policy-check")
    assert server.run("before-apply").code == 0


@pytest.mark.parametrize("there", ["nothing", "an empty file", "a review of another plan", "one of the pull request's"])
def test_what_was_not_reviewed_is_not_applied(server: Server, there: str) -> None:
    reviewed = Path(f"{server.plan}.mfa-review.json")
    if there == "an empty file":
        reviewed.write_text("")
    if there == "a review of another plan":
        server.planned("gains")
        server.run("policy-check")
    if there == "one of the pull request's":
        reviewed.write_text('{"version": 1}')
    server.planned("real-delete")
    assert server.run("before-apply").code != 0


@pytest.mark.parametrize("code", ["0", "1"])
def test_a_review_that_lay_there_before_is_none(server: Server, code: str) -> None:
    reviewed = Path(f"{server.plan}.mfa-review.json")
    reviewed.write_text("{}")
    server.planned("real-delete")
    assert not passes(server.run("policy-check", BROKEN=code).out)
    assert not reviewed.exists()


def test_another_word_is_refused(server: Server) -> None:
    assert server.run("apply") == (2, "", "usage: mfa-review policy-check | before-apply\n")


def test_no_pull_request_chooses_its_own_workflow() -> None:
    (repo,) = REPOS["repos"]
    assert (repo["allowed_overrides"], repo["allow_custom_workflows"]) == ([], False)
    assert repo["policy_check"] is repo["custom_policy_check"] is True
    assert "approved" in repo["apply_requirements"]
    project = read_yaml((EXAMPLE / "atlantis.yaml").read_text())
    assert set(project) == {"version", "projects"}
    assert {key for one in project["projects"] for key in one} == {"name", "dir", "autoplan"}


def test_the_workflow_runs_the_script_that_this_folder_has() -> None:
    steps = REPOS["workflows"][REPOS["repos"][0]["workflow"]]
    assert steps["policy_check"]["steps"][0] == "show"
    assert steps["policy_check"]["steps"][1] == {"run": "/opt/mfa-association/bin/mfa-review policy-check"}
    assert steps["apply"]["steps"] == [{"run": "/opt/mfa-association/bin/mfa-review before-apply"}, "apply"]
    (policy,) = REPOS["policies"]["policy_sets"]
    assert policy["prevent_self_approve"] is True


def test_the_script_may_be_run() -> None:
    assert os.access(EXAMPLE / "mfa-review", os.X_OK)
