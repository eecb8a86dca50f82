"""action.yml, run: one step that reviews, comments and closes the gate, in a job of somebody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.examples.actions import Run
from tests.examples.callers import COMMIT, EXAMPLE, REPOSITORY, ROOT
from tests.examples.pipeline import HASHES, Hub, log, tool
from tests.examples.test_github_runs import value
from tests.support.yaml_files import read_yaml

ACTION: dict[str, Any] = read_yaml((ROOT / "action.yml").read_text())
COMPARED = {
    "commits": [
        {
            "author": {"login": "erin-s"},
            "committer": None,
            "commit": {
                "author": {"name": "Erin @ home", "email": "41+erin@users.noreply.github.com"},
                "committer": {"name": "GitHub", "email": "noreply@github.com"},
            },
        }
    ]
}
# With the filter that it is given; a roster of the base only where there is one.
GH = """#!/bin/sh
echo "$@" >> "$HOME/gh.log"
case "$*" in
  *"/compare/"*) for filter; do :; done; jq --raw-output "$filter" "$HOME/given/compared" ;;
  *"/contents/roster.yaml?ref="*) cat "$HOME/given/base" ;;
  *) exit 1 ;;
esac
"""
Action = Callable[..., Run]

pytestmark = pytest.mark.long


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    (tmp_path / "preview.json").write_text("{}")
    return Hub(tmp_path, EXAMPLE / "pulumi.yml", given={"compared": json.dumps(COMPARED), "base": "two"})


@pytest.fixture
def play(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Action:
    """Run the action's steps as those of a job, in a workspace with the change; what it is given are inputs."""

    def play(event: str = "pull_request", **inputs: str) -> Run:
        monkeypatch.setattr("tests.examples.pipeline.GH", GH)
        run: Run = getattr(hub, event)()
        steps = [{"uses": "actions/checkout@x"}, {"run": "echo '{}' > preview.json"}, *ACTION["runs"]["steps"]]
        known = {name: dict(one) for name, one in ACTION["inputs"].items()}
        known["token"]["default"] = "t"
        env = {"GITHUB_ACTION_PATH": str(hub.ours)}
        workflow = {"on": {"workflow_call": {"inputs": known}}, "jobs": {"one": {"steps": steps, "env": env}}}
        file = tmp_path / "workflow.yml"
        file.write_text(yaml.safe_dump(workflow).replace("'on':", "on:"))
        run = Run(file, run.folder, run.source, run.github, run.prepare, inputs={"preview": "preview.json", **inputs})
        run.play()
        return run

    return play


def test_a_pull_request_is_reviewed_commented_on_and_let_pass(hub: Hub, play: Action) -> None:
    run = play(key="mfa/prod")
    assert run.needs["one"]["result"] == "success"
    *reviews, comment = tool(run, "one")
    assert [value(call["arguments"], "--format") for call in reviews] == ["json", "markdown", "sarif"]
    arguments = reviews[0]["arguments"]
    assert arguments[:4] == ["review", "preview.json", "--exit-code", "0"]
    assert (value(arguments, "--key"), value(arguments, "--fail-on"), "--live" in arguments) == (
        "mfa/prod", "critical", True
    )  # fmt: skip
    assert Path(value(arguments, "--roster-base")).read_text() == "two"
    authors = {argument.partition("=")[2] for argument in arguments if argument.startswith("--author=")}
    assert authors == {"Erin @ home", "erin", "erin-s", "GitHub", "noreply", "frank", "roster-bot"}
    assert comment["arguments"] == ["comment", "--step-summary", "review.markdown"]


def test_it_is_the_commit_that_was_named_with_what_that_names_by_hash(hub: Hub, play: Action) -> None:
    run = play()
    assert (run.folder / "one" / "pip.txt").read_text() == HASHES.replace("good", "evil").replace("1.44.8", "9.9.9")
    assert log(run, "one", "python.log") == ["-I -m venv --clear .review"]
    (installed,) = (run.folder / "one" / ".review").glob("lib/*/site-packages/mfa_association/__init__.py")
    assert installed.read_text() == "later"


@pytest.mark.parametrize("code", ["1", "3"])
def test_a_closed_gate_fails_the_step_after_the_comment(hub: Hub, play: Action, code: str) -> None:
    hub.given["review"] = code
    run = play()
    assert run.failed == {"one": "gate"}
    assert tool(run, "one")[-1]["arguments"][0] == "comment"


@pytest.mark.parametrize(("event", "comment"), [("push", "true"), ("pull_request", "false")])
def test_without_a_comment_the_summary_has_it(play: Action, event: str, comment: str) -> None:
    run = play(event, comment=comment)
    assert run.summary("one") == "# Said\n"
    assert [call["arguments"][0] for call in tool(run, "one")] == ["review"] * 3


def test_a_reviewed_report_a_role_and_no_look_at_aws_are_for_who_asks(play: Action) -> None:
    given = {"reviewed": "r.json", "review-role": "arn", "live": "false", "roster": ""}
    (call, *_) = tool(play("push", **given), "one")
    assert (value(call["arguments"], "--reviewed"), value(call["arguments"], "--role-arn")) == ("r.json", "arn")
    assert {"--live", "--roster", "--roster-base"}.isdisjoint(call["arguments"])


def test_what_is_given_reaches_a_script_by_its_environment_alone() -> None:
    scripts = [one["run"] for one in ACTION["runs"]["steps"] if "run" in one]
    assert not [script for script in scripts if "${{" in script]


def test_the_example_gives_what_the_action_knows() -> None:
    steps = read_yaml((EXAMPLE / "step.yml").read_text())["jobs"]["review"]["steps"]
    (used,) = [one for one in steps if one.get("uses", "").startswith(REPOSITORY)]
    assert used["uses"] == f"{REPOSITORY}@{COMMIT}"
    assert {"preview"} <= set(used["with"]) <= set(ACTION["inputs"])
