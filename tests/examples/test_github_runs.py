"""The example and the workflow that it calls, run: what a forger tries, and what runs in the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.examples.actions import Run
from tests.examples.callers import EXAMPLE
from tests.examples.pipeline import GUARDED, HASHES, PACKAGE, Hub, applied, git, log, tool

pytestmark = pytest.mark.long
POISON = """
echo AWS_ENDPOINT_URL=http://127.0.0.1:1 >> "$GITHUB_ENV"
echo BASH_ENV=$HOME/evil >> "$GITHUB_ENV"
echo "$HOME/evil" >> "$GITHUB_PATH"
echo FAIL_ON=never >> "$GITHUB_ENV"
"""


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path, EXAMPLE / "pulumi.yml")


def value(arguments: list[str], name: str) -> str:
    """What an option is given."""
    return arguments[arguments.index(name) + 1]


def test_main_is_applied_as_it_was_reviewed(hub: Hub) -> None:
    run = hub.push()
    assert run.play() == {"preview": "success", "review": "success", "apply": "success"}
    flags = "--json --show-sames --show-replacement-steps --refresh"
    preview = f"preview {flags} --save-plan plan.json --non-interactive --stack prod"
    up = "up --yes --skip-preview --plan plan.json --refresh --continue-on-error --non-interactive --stack prod"
    assert log(run, "apply", "engine.log") == [preview, up]
    assert log(run, "preview", "engine.log") == [f"preview {flags} --non-interactive --stack prod"]
    (again,) = tool(run, "apply")
    assert again["arguments"][:2] == ["review", "preview.json"]
    assert value(again["arguments"], "--reviewed") == "reviewed/review.json"
    assert "--live" in again["arguments"]
    assert (run.machine("apply") / "reviewed" / "review.json").read_text() == "{}"


@pytest.mark.parametrize(
    "project, expected",
    [
        pytest.param("runtime: python\n", [], id="in Python nothing more is installed"),
        pytest.param("runtime: yaml\npackages:\n  mfa: {}\n", ["install"], id="in YAML the bridge is"),
    ],
)
def test_a_project_in_another_language_finds_the_provider(hub: Hub, project: str, expected: list[str]) -> None:
    hub.commit("a project", **{"Pulumi.yaml": project})
    run = hub.push()
    assert set(run.play().values()) == {"success"}
    for job in ("preview", "apply"):
        said = log(run, job, "engine.log")
        assert said[: len(expected)] == expected and said[len(expected)].startswith("preview ")
        ours = [call["arguments"] for call in tool(run, job) if call["arguments"][0] == "terraform"]
        assert ours == [["terraform", "install", "--pulumi"] for _ in expected]


def test_who_approves_reads_the_report_in_the_summary(hub: Hub) -> None:
    hub.given["text"] = "FAIL: </details> @all\n```\n"
    run = hub.push()
    run.play()
    report = f"of commit {run.github['sha']}:\n\n    FAIL: </details> @all\n    ```\n"
    assert run.summary("review").endswith(report)
    assert [call["arguments"][0] for call in tool(run, "review")] == ["review"] * 3


def test_a_pull_request_is_reviewed_and_leaves_no_evidence(hub: Hub) -> None:
    run = hub.pull_request()
    assert run.play() == {"preview": "success", "review": "success", "apply": "skipped"}
    assert [call["arguments"] for call in tool(run, "review")][3:] == [["comment", "--step-summary", "review.markdown"]]
    assert [list(files) for files in run.artifacts.files.values()] == [["preview.json"]]
    assert applied(run) == []


@pytest.mark.parametrize("job", ["review", "apply"])
def test_the_reviewer_is_the_commit_of_the_workflow_and_nothing_of_the_change(hub: Hub, job: str) -> None:
    run = hub.pull_request() if job == "review" else hub.push()
    run.play()
    home = run.folder / job
    assert (home / "pip.txt").read_text() == HASHES
    asked = "install --quiet --require-hashes --only-binary :all: -r tool/.github/mfa-review.txt"
    assert log(run, job, "pip.log")[-1] == asked
    assert log(run, job, "python.log")[-1] == "-I -m venv --clear .review"
    (installed,) = (home / ".review").glob("lib/*/site-packages/mfa_association")
    assert (installed / Path(PACKAGE).name).read_text() == "released"
    if job == "review":
        assert len(log(run, job, "pip.log")) == 1


@pytest.mark.parametrize(
    ("event", "home", "says", "reason"),
    [
        ("pull_request", {"workflow_repository": "Acme/Infra"}, "could change the workflow", "in another case"),
        ("pull_request", {"workflow_sha": ""}, "does not say which commit", "a server that is too old"),
        ("push", {"workflow_repository": ""}, "does not say which commit", "the same on main"),
        ("pull_request_target", {}, "not for the event pull_request_target", "the base's rights for a fork's code"),
        ("workflow_run", {}, "not for the event workflow_run", "another run's artifacts"),
    ],
)
def test_a_workflow_that_the_change_could_be_is_refused(
    hub: Hub, event: str, home: dict[str, str], says: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    hub.home |= home
    run = hub.pull_request() if event == "pull_request" else hub.push(event_name=event)
    ended = run.play()
    assert (ended["review"], ended["apply"], run.failed["review"]) == ("failure", "skipped", "tool"), reason
    assert says in capfd.readouterr().out
    assert tool(run, "review") == []


def test_a_pull_request_is_not_reviewed_by_a_workflow_of_its_own_repository(hub: Hub) -> None:
    """`main` may be: its files have owners."""
    own = hub.commit("a reviewer", **{".github/mfa-review.txt": HASHES, PACKAGE: "own"})
    hub.home = {"workflow_repository": "acme/infra", "workflow_sha": own}
    for run, ends in ((hub.push(), "success"), (hub.pull_request(), "failure")):
        assert run.play()["review"] == ends
        assert run.failed == ({} if ends == "success" else {"review": "tool"})
        assert bool(tool(run, "review")) == (ends == "success")


def test_a_role_for_the_review_and_a_preview_of_the_state_alone_are_for_who_asks(hub: Hub) -> None:
    role = "arn:aws:iam::222233334444:role/mfa-review"
    hub.gives = {
        "review-role": role,
        "refresh": False,
        "fail-on": "high",
        "partition": "aws-cn",
        "region": "cn-north-1",
    }
    run = hub.push()
    assert run.play()["apply"] == "success"
    assert "--refresh" not in log(run, "preview", "engine.log")[0]
    assert "--refresh" in log(run, "apply", "engine.log")[0]
    for job in ("review", "apply"):
        (call, *_) = tool(run, job)
        assert (value(call["arguments"], "--role-arn"), value(call["arguments"], "--fail-on")) == (role, "high")
        kind = "plan" if job == "review" else "apply"
        assert call["env"]["AWS_ACCESS_KEY_ID"] == f"arn:aws-cn:iam::111122223333:role/mfa-{kind}"


def test_nothing_of_the_change_lies_beside_the_reviewer(hub: Hub) -> None:
    names = ("mfa_association.py", "sitecustomize.py", "boto3/__init__.py", "a.yaml/boto3.py", "b/c.yml/d/boto3.py")
    run = hub.pull_request(**dict.fromkeys(names, "evil"))
    run.play()
    change = run.machine("review") / "change"
    assert sorted(path.name for path in change.iterdir()) == [".git", "roster.yaml"]
    assert list(run.machine("review").rglob("*.py")) == []
    assert [path.name for path in (run.folder / "review" / "tool").rglob("*.py")] == [Path(PACKAGE).name]


def test_a_roster_that_is_a_link_is_not_followed(hub: Hub) -> None:
    git(hub.source, "checkout", "--quiet", "main")
    (hub.source / "roster.yaml").unlink()
    (hub.source / "roster.yaml").symlink_to("/etc/hostname")
    hub.commit("a link")
    run = hub.push()
    run.play()
    assert tool(run, "review")[0]["files"]["roster.yaml"] == "/etc/hostname"


@pytest.mark.parametrize("event", ["push", "pull_request"])
def test_what_the_program_does_to_its_machine_does_not_reach_the_review(hub: Hub, event: str) -> None:
    hub.given["program"] = POISON
    run: Run = getattr(hub, event)()
    run.job("preview")
    run.job("review")
    for call in tool(run, "review"):
        assert {"AWS_ENDPOINT_URL", "BASH_ENV"}.isdisjoint(call["env"])
        assert "evil" not in call["env"]["PATH"]
        assert "--fail-on" not in call["arguments"] or value(call["arguments"], "--fail-on") == "critical"


def test_the_stand_in_for_the_runner_hands_on_what_a_step_leaves_behind(hub: Hub) -> None:
    """The test above could not fail otherwise: on one machine the poison works, as docs/github.md says."""
    hub.given["program"] = POISON
    run = hub.push()
    run.play()
    (again,) = tool(run, "apply")
    assert again["env"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_the_review_knows_base_rosters_and_all_authors(hub: Hub) -> None:
    hub.given["logins"] = "erin-s\nweb-flow\n"
    run = hub.pull_request(who="erin", email="41+erin-at-home@users.noreply.github.com")
    run.play()
    call = tool(run, "review")[0]
    arguments = call["arguments"]
    assert call["files"] == {"../preview.json": '{"a": "preview"}\n', "../base.yaml": "two", "roster.yaml": "three"}
    assert value(arguments, "--base") == hub.commits[1]
    assert value(arguments, "--commit") == run.github["event"]["pull_request"]["head"]["sha"]
    names = {argument.partition("=")[2] for argument in arguments if argument.startswith("--author=")}
    assert names == {"frank", "roster-bot", "erin", "erin-at-home", "a.smith", "erin-s", "web-flow", "GitHub"}
    (compared,) = [line for line in log(run, "review", "gh.log") if "/compare/" in line]
    assert f"/compare/{hub.commits[1]}...{value(arguments, '--commit')} " in compared


class Base(NamedTuple):
    reason: str
    applied: str
    base: str


@pytest.mark.parametrize(
    "case",
    [
        Base("what was applied last, though a push came since whose run waits", "first", "first"),
        Base("nothing was applied yet: all is new", "", ""),
        Base("a run of something that was never on main, such as a tag called main: all is new", "foreign", ""),
    ],
    ids=lambda case: case.reason,
)
def test_on_main_the_base_is_what_was_applied_last(hub: Hub, case: Base) -> None:
    git(hub.source, "checkout", "--quiet", "-b", "tagged", hub.commits[0])
    known = {"first": hub.commits[0], "": "", "foreign": hub.commit("foreign")}
    git(hub.source, "checkout", "--quiet", "main")
    hub.commit("third", **{"roster.yaml": "three"})
    hub.given["applied"] = f"{known[case.applied]}\n"
    run = hub.push()
    assert run.play()["review"] == "success"
    arguments = tool(run, "review")[0]["arguments"]
    assert (value(arguments, "--base") if "--base" in arguments else "") == known[case.base]
    assert ("all code counts as changed" in run.summary("review")) is (case.base == "")
    (asked,) = [line for line in log(run, "review", "gh.log") if line.startswith("run list")]
    assert asked.startswith("run list --workflow mfa.yml --branch main --event push --status success --limit 1 ")


def test_a_merge_queue_is_reviewed_against_what_stands_before_it(hub: Hub) -> None:
    run = hub.push(
        event_name="merge_group",
        ref="refs/heads/gh-readonly-queue/main/pr-7-abc",
        event={"merge_group": {"base_sha": hub.commits[0]}},
    )
    assert run.play() == {"preview": "success", "review": "success", "apply": "skipped"}
    assert value(tool(run, "review")[0]["arguments"], "--base") == hub.commits[0]
    assert "comment" not in [call["arguments"][0] for call in tool(run, "review")]


@pytest.mark.parametrize("code", ["255", "1"])
def test_a_preview_that_fails_is_for_the_review_to_judge(hub: Hub, code: str) -> None:
    hub.given |= {"preview": code, "review": "1"}
    run = hub.pull_request()
    assert run.play() == {"preview": "success", "review": "failure", "apply": "skipped"}
    assert value(tool(run, "review")[0]["arguments"], "--exit-code") == code
    assert tool(run, "review")[-1]["arguments"][0] == "comment"
    assert run.failed == {"review": "gate"}


def test_a_preview_that_never_ran_is_red_and_not_skipped(hub: Hub) -> None:
    hub.in_job["preview"] = {"pip": "1"}
    hub.given["review"] = "1"
    run = hub.pull_request()
    assert run.play() == {"preview": "failure", "review": "failure", "apply": "skipped"}
    call = tool(run, "review")[0]
    assert (call["files"]["../preview.json"], value(call["arguments"], "--exit-code")) == ("", "1")


def test_a_preview_that_a_newer_run_replaced_says_nothing(hub: Hub) -> None:
    run = hub.pull_request()
    run.job("preview")
    run.needs["preview"] = {"result": "cancelled", "outputs": {}}
    assert run.job("review") == "failure"
    assert tool(run, "review") == []


@pytest.mark.parametrize("code", ["1", "3"])
@pytest.mark.parametrize("job", ["review", "apply"])
def test_nothing_is_applied_through_a_closed_gate(hub: Hub, job: str, code: str) -> None:
    hub.in_job[job] = {"review": code}
    run = hub.push()
    assert run.play()[job] == "failure"
    assert run.failed == {job: "gate"}
    assert applied(run) == []


def test_a_preview_that_was_exchanged_is_not_reviewed(hub: Hub) -> None:
    run = hub.push()
    run.job("preview")
    run.artifacts.files[run.needs["preview"]["outputs"]["artifact"]] = {"preview.json": b'{"another": "one"}'}
    assert run.job("review") == "failure"
    assert run.failed == {"review": "handed"}
    assert tool(run, "review") == []


@pytest.mark.parametrize(
    ("files", "ends", "reason"),
    [
        ({"review.json": b'{"harmless": true}'}, "reviewed", "another file under the same id"),
        ({"other.json": b"{}"}, "reviewed", "an artifact without a review"),
        (None, "actions/download-artifact", "no such artifact in this run"),
    ],
)
def test_evidence_that_was_exchanged_applies_nothing(
    hub: Hub, files: dict[str, bytes] | None, ends: str, reason: str
) -> None:
    run = hub.push()
    run.job("preview")
    run.job("review")
    identity = run.needs["review"]["outputs"]["artifact"]
    run.artifacts.files.pop(identity)
    if files is not None:
        run.artifacts.files[identity] = files
    assert run.job("apply") == "failure"
    assert run.failed["apply"].partition("@")[0] == ends, reason
    assert log(run, "apply", "engine.log") == []


def test_an_artifact_of_the_same_name_that_came_later_is_not_taken(hub: Hub) -> None:
    run = hub.push()
    run.job("preview")
    run.job("review")
    run.artifacts.keep({"review.json": b'{"harmless": true}'})
    assert run.job("apply") == "success"
    assert (run.machine("apply") / "reviewed" / "review.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("ref", "moved", "reason"),
    [
        ("refs/heads/main", True, "approved after another push, or an old run started again"),
        ("refs/tags/main", False, "a tag that is called as the branch is"),
    ],
)
def test_what_is_not_mains_head_is_not_applied(hub: Hub, ref: str, moved: bool, reason: str) -> None:
    run = hub.push(ref=ref)
    run.job("preview")
    run.job("review")
    if moved:
        hub.given["head"] = hub.commit("an urgent removal")
    assert run.job("apply") == "failure"
    assert run.failed == {"apply": "newest"}, reason
    assert log(run, "apply", "engine.log") == []


@pytest.mark.parametrize(("size", "ends"), [(1_048_576 - 120, "success"), (1_048_576, "failure")])
def test_a_report_that_would_be_cut_cannot_be_approved(hub: Hub, size: int, ends: str) -> None:
    hub.given["text"] = "x" * size
    run = hub.push()
    assert run.play() == {"preview": "success", "review": ends, "apply": "success" if ends == "success" else "skipped"}
    assert (len(run.summary("review")) > size) is (ends == "success")


RULES = GUARDED["protection_rules"][0]  # type: ignore[index]


class Guard(NamedTuple):
    reason: str
    environment: str
    says: str


GUARDS = (
    Guard("no rule at all", json.dumps({**GUARDED, "protection_rules": []}), "has no required reviewers"),
    Guard("a timer only", json.dumps({**GUARDED, "protection_rules": [{"type": "wait_timer"}]}), "no required"),
    Guard(
        "reviewers who left",
        json.dumps({**GUARDED, "protection_rules": [{**RULES, "reviewers": []}]}),
        "has no required reviewers",
    ),
    Guard(
        "self-review",
        json.dumps({**GUARDED, "protection_rules": [{**RULES, "prevent_self_review": False}]}),
        "lets people approve runs that they started",
    ),
    Guard("administrators", json.dumps({**GUARDED, "can_admins_bypass": True}), "Administrators of this repository"),
    Guard("every branch", json.dumps({**GUARDED, "deployment_branch_policy": None}), "takes every branch and tag"),
)


@pytest.mark.parametrize("case", GUARDS, ids=lambda case: case.reason)
def test_the_summary_warns_where_nobody_has_to_approve(hub: Hub, case: Guard) -> None:
    hub.given["environment"] = case.environment
    run = hub.push()
    assert run.play()["review"] == "success"
    warnings = [line for line in run.summary("review").splitlines() if line.startswith("> ") and "[!" not in line]
    assert any(case.says in line for line in warnings)


def test_an_environment_that_is_guarded_is_not_warned_of(hub: Hub) -> None:
    run = hub.push()
    run.play()
    assert "[!WARNING]" not in run.summary("review")


def test_an_environment_that_cannot_be_read_is_not_called_unguarded(hub: Hub) -> None:
    run = hub.push()
    run.job("preview")
    original = run.prepare

    def prepare(job: str, home: Path) -> None:
        original(job, home)
        (home / "given" / "environment").unlink()

    run.prepare = prepare
    assert run.job("review") == "success"
    assert "could not be read, so nobody knows who has to approve" in run.summary("review")
    assert "has no required reviewers" not in run.summary("review")
