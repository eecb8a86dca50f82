"""The example's pipeline, run: what a forger tries, and what runs in the end."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mfa_association.cli import comment, review
from tests.examples.gitlab_ci import Lab, Pipeline, applied, deployed
from tests.examples.pipeline import HASHES, git

pytestmark = pytest.mark.long

# What a program could leave on its machine for whoever comes after it.
POISON = 'echo forged > "$CI_PROJECT_DIR/mfa-500/review.json"; echo forged > "$CI_PROJECT_DIR/mfa-counts.json"'


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def value(arguments: list[str], name: str) -> str:
    """What an option is given."""
    return arguments[arguments.index(name) + 1]


def evidence(pipeline: Pipeline) -> bytes | None:
    return pipeline.kept.get("review", {}).get("mfa-500/review.json")


def test_the_default_branch_is_applied_as_it_was_reviewed(lab: Lab) -> None:
    pipeline = lab.push()
    assert pipeline.play() == {"preview": "success", "review": "success", "apply": "success"}
    flags = "--json --show-sames --show-replacement-steps --refresh"
    preview = f"preview {flags} --save-plan plan.json --non-interactive --stack prod"
    up = "up --yes --skip-preview --plan plan.json --refresh --continue-on-error --non-interactive --stack prod"
    assert pipeline.log("apply", "engine.log") == [preview, up]
    assert pipeline.log("preview", "engine.log") == [f"preview {flags} --non-interactive --stack prod"]
    (again,) = pipeline.calls("apply")
    assert again["arguments"][:2] == ["review", "preview.json"]
    reviewed = Path(value(again["arguments"], "--reviewed"))
    assert (reviewed.name, reviewed.read_text()) == ("review.json", "{}")
    assert "--live" in again["arguments"]


def test_our_own_program_knows_every_option_that_it_is_given(lab: Lab) -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for command in (review, comment):
        command.add_to(commands)
    calls = []
    for start in (lab.merge_request, lab.push):
        pipeline = start()
        pipeline.play()
        calls += [call["arguments"] for job in ("review", "apply") for call in pipeline.calls(job)]
        shutil.rmtree(lab.folder / "machines")
    assert len(calls) == 4 + 1 + 4 + 1
    for arguments in calls:
        parser.parse_args(arguments)


def test_nothing_is_applied_before_somebody_starts_the_job(lab: Lab) -> None:
    pipeline = lab.push()
    assert [pipeline.job(name) for name in pipeline.jobs] == ["success", "success", "manual"]
    assert applied(pipeline) == []


def test_whoever_approves_reads_the_report_in_the_log(lab: Lab) -> None:
    lab.given["text"] = "FAIL: said\n"
    pipeline = lab.push()
    pipeline.play()
    commit = pipeline.variables["CI_COMMIT_SHA"]
    assert pipeline.log("review")[-2:] == [
        f"Whoever starts the job apply approves what follows, of commit {commit}:",
        "FAIL: said",
    ]
    calls = [call["arguments"] for call in pipeline.calls("review")]
    assert [value(call, "--format") for call in calls] == ["json", "markdown", "text", "gitlab-terraform"]


def test_a_merge_request_is_reviewed_commented_and_never_applied(lab: Lab) -> None:
    pipeline = lab.merge_request()
    assert pipeline.play() == {"preview": "success", "review": "success", "apply": "skipped"}
    assert [call["arguments"] for call in pipeline.calls("review")][4:] == [["comment", "review.markdown"]]
    assert pipeline.kept["review"]["mfa-counts.json"] == b'{"create": 0}\n'
    assert applied(pipeline) == []


def test_each_job_gets_the_token_of_its_role_and_no_other_secret(lab: Lab) -> None:
    pipeline = lab.push()
    lab.given["program"] = 'env > "$HOME/environment"'
    pipeline.play()
    seen = {}
    for job, role in (("preview", "mfa-plan"), ("apply", "mfa-apply")):
        environment = dict(line.split("=", 1) for line in pipeline.log(job, "environment") if "=" in line)
        assert environment["AWS_ROLE_ARN"] == f"arn:aws:iam::111122223333:role/{role}"
        assert Path(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text() == f"token for {role}"
        seen[job] = "GITLAB_TOKEN" in environment
    assert seen == {"preview": False, "apply": False}
    (call, *_) = pipeline.calls("review")
    assert (call["env"]["AWS_ROLE_ARN"][-8:], call["env"]["GITLAB_TOKEN"]) == ("mfa-plan", "glpat-x")


def test_git_has_the_jobs_token_by_a_helper_and_no_argument_holds_it(lab: Lab) -> None:
    """Asked as git asks for a login: the helper is the one that is written in the file."""
    (settings,) = lab.document[".settings"]["before_script"]
    helper = settings.partition("-c credential.helper='!")[2].partition("'")[0]
    done = subprocess.run(
        ["git", "-c", "credential.helper=", "-c", f"credential.helper=!{helper}", "credential", "fill"],
        input="protocol=https\nhost=gitlab.acme.example\n\n", text=True, capture_output=True, check=True,
        env={"PATH": "/usr/bin:/bin", "CI_JOB_TOKEN": "glcbt-x", "HOME": str(lab.folder)},
    )  # fmt: skip
    assert done.stdout.splitlines()[2:] == ["username=gitlab-ci-token", "password=glcbt-x"]
    assert "CI_REPOSITORY_URL" not in settings + str(lab.document)


def test_the_reviewer_is_installed_from_hashes_that_the_change_does_not_name(lab: Lab) -> None:
    pipeline = lab.merge_request()
    pipeline.play()
    assert (pipeline.home("review") / "pip.txt").read_text() == HASHES
    asked = "install --quiet --require-hashes --only-binary :all: --find-links .gitlab -r .gitlab/mfa-review.txt"
    assert pipeline.log("review", "pip.log") == [asked]
    assert pipeline.log("review", "python.log") == ["-I -m venv --clear .review"]


def test_nothing_of_the_change_lies_beside_the_reviewer(lab: Lab) -> None:
    names = ("mfa_association.py", "sitecustomize.py", "boto3/__init__.py", "a.yaml/boto3.py", "b/c.yml/d/boto3.py")
    pipeline = lab.merge_request(**dict.fromkeys(names, "evil"))
    pipeline.play()
    assert list(pipeline.home("review").rglob("*.py")) == []
    (change,) = pipeline.home("review").glob("tmp/*/change")
    assert sorted(path.name for path in change.iterdir()) == [".git", "roster.yaml"]


def test_a_roster_that_is_a_link_is_not_followed(lab: Lab) -> None:
    (lab.source / "roster.yaml").unlink()
    (lab.source / "roster.yaml").symlink_to("/etc/hostname")
    lab.commit("a link")
    pipeline = lab.push()
    pipeline.play()
    assert pipeline.calls("review")[0]["files"]["roster.yaml"] == "/etc/hostname"


def test_what_the_program_leaves_behind_is_no_evidence(lab: Lab) -> None:
    lab.in_job["preview"] = {"program": POISON}
    lab.in_job["review"] = {"json": '{"honest": 1}'}
    pipeline = lab.push()
    pipeline.play()
    assert evidence(pipeline) == b'{"honest": 1}'
    (again,) = pipeline.calls("apply")
    assert Path(value(again["arguments"], "--reviewed")).read_text() == '{"honest": 1}'


def test_what_a_runner_kept_of_an_earlier_pipeline_is_not_believed(lab: Lab) -> None:
    """A persistent runner hands the next job the folder of the last one."""
    stale = {"mfa-499/preview.json": "harmless", "mfa-499/review.json": "stale", "mfa-counts.json": "stale"}
    pipeline = lab.push()
    for job in ("review", "apply"):
        for name, text in {**stale, "preview.json": "harmless"}.items():
            (pipeline.home(job) / "builds" / name).parent.mkdir(parents=True, exist_ok=True)
            (pipeline.home(job) / "builds" / name).write_text(text)
    lab.in_job["preview"] = {"pip": "1"}
    lab.in_job["review"] = {"review": "1"}
    assert pipeline.play() == {"preview": "failed", "review": "failed", "apply": "skipped"}
    assert pipeline.calls("review")[0]["files"]["../preview.json"] == ""
    assert set(pipeline.kept["review"].values()) >= {b'{"create": 0}\n'}
    assert b"stale" not in pipeline.kept["review"].values()


def test_counts_that_a_runner_kept_are_not_shown_if_the_review_breaks(lab: Lab) -> None:
    pipeline = lab.push()
    (pipeline.home("review") / "builds").mkdir(parents=True)
    (pipeline.home("review") / "builds" / "mfa-counts.json").write_text("stale")
    lab.in_job["review"] = {"pip": "1"}
    assert pipeline.play()["review"] == "failed"
    assert "mfa-counts.json" not in pipeline.kept["review"]


def test_no_variable_of_the_project_or_of_a_pipeline_decides(lab: Lab) -> None:
    pipeline = lab.push(
        FAIL_ON="never", STACK="other", ROSTER="x.yaml", AWS_ROLE_ARN="arn:x", PULUMI_BACKEND_URL="file://"
    )
    pipeline.play()
    for call in (*pipeline.calls("review"), *pipeline.calls("apply")):
        assert (value(call["arguments"], "--fail-on"), value(call["arguments"], "--key")) == ("critical", "prod")
        assert "--roster" not in call["arguments"] or value(call["arguments"], "--roster") == "roster.yaml"
        assert call["env"]["AWS_ROLE_ARN"].startswith("arn:aws:iam::111122223333:role/")
        assert call["env"]["PULUMI_BACKEND_URL"] == "s3://example-mfa-state?region=us-east-1"


def test_the_review_knows_base_rosters_and_all_authors(lab: Lab) -> None:
    lab.given["merge_request"] = json.dumps({"author": {"username": "roster-bot"}})
    pipeline = lab.merge_request(who="erin", email="41-erin-at-home@users.noreply.gitlab.com")
    pipeline.play()
    call = pipeline.calls("review")[0]
    arguments = call["arguments"]
    assert call["files"] == {"../preview.json": '{"a": "preview"}\n', "../base.yaml": "two", "roster.yaml": "three"}
    assert value(arguments, "--base") == lab.commits[1]
    assert value(arguments, "--commit") == pipeline.variables["CI_COMMIT_SHA"]
    names = {argument.partition("=")[2] for argument in arguments if argument.startswith("--author=")}
    assert names == {"frank", "Frank Ox", "f.ox", "roster-bot", "erin", "erin-at-home", "41-erin-at-home"}
    (asked,) = pipeline.log("review", "curl.log")
    assert asked.endswith(" https://gitlab.acme.example/api/v4/projects/5/merge_requests/7")
    assert pipeline.log("review", "curl.config") == ['header = "JOB-TOKEN: glcbt-x"']


def test_a_merged_result_is_compared_with_what_it_is_merged_into(lab: Lab) -> None:
    pipeline = lab.merge_request()
    later = lab.commit("somebody else's", **{"roster.yaml": "two and a half"})
    git(lab.source, "checkout", "--quiet", "-b", "result", "main")
    git(lab.source, "merge", "--quiet", "--no-ff", "--strategy=ours", "--message", "Merge", "change")
    pipeline.variables["CI_COMMIT_SHA"] = git(lab.source, "rev-parse", "HEAD")
    pipeline.variables["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] = later
    git(lab.source, "update-ref", "refs/pipelines/500", "HEAD")
    pipeline.play()
    assert value(pipeline.calls("review")[0]["arguments"], "--base") == later


class Base(NamedTuple):
    reason: str
    deployments: list[dict[str, Any]] | None
    base: int | None


FIRST, SECOND, FOREIGN = "0", "1", "2"
BASES = (
    Base("what was applied last, though a push came since whose pipeline waits", [deployed(FIRST)], 0),
    Base("the newest of several", [deployed(SECOND), deployed(FIRST)], 1),
    Base("nothing was applied yet: all is new", [], None),
    Base("a GitLab that does not tell: all is new", None, None),
    Base("said through the API alone", [deployed(SECOND, deployable=None), deployed(FIRST)], 0),
    Base("by a job of another name", [deployed(SECOND, name="x"), deployed(FIRST)], 0),
    Base("by a job of another branch", [deployed(SECOND, ref="feature"), deployed(FIRST)], 0),
    Base("by a tag that is called as the branch is", [deployed(SECOND, tag=True), deployed(FIRST)], 0),
    Base("by a job that failed", [deployed(SECOND, status="failed"), deployed(FIRST)], 0),
    Base("of something that never was on the branch: all is new", [deployed(FOREIGN)], None),
)


@pytest.mark.parametrize("case", BASES, ids=lambda case: case.reason)
def test_on_the_default_branch_the_base_is_what_was_applied_last(lab: Lab, case: Base) -> None:
    git(lab.source, "checkout", "--quiet", "-b", "foreign", lab.commits[0])
    commits = [*lab.commits, lab.commit("foreign")]
    git(lab.source, "checkout", "--quiet", "main")
    lab.commit("third", **{"roster.yaml": "three"})
    pipeline = lab.push()
    if case.deployments is None:
        lab.given.pop("deployments")
    else:
        lab.given["deployments"] = json.dumps([{**one, "sha": commits[int(one["sha"])]} for one in case.deployments])
    assert pipeline.play()["review"] == "success"
    arguments = pipeline.calls("review")[0]["arguments"]
    told = value(arguments, "--base") if "--base" in arguments else None
    assert told == (None if case.base is None else commits[case.base])
    assert any("all code counts as changed" in line for line in pipeline.log("review")) is (case.base is None)


@pytest.mark.parametrize("code", ["255", "1"])
def test_a_preview_that_fails_is_for_the_review_to_judge(lab: Lab, code: str) -> None:
    lab.given |= {"preview": code, "review": "1"}
    pipeline = lab.merge_request()
    assert pipeline.play() == {"preview": "success", "review": "failed", "apply": "skipped"}
    assert value(pipeline.calls("review")[0]["arguments"], "--exit-code") == code
    assert pipeline.calls("review")[-1]["arguments"][0] == "comment"


@pytest.mark.parametrize("said", ["", "0; rm -rf /", "--live", "\n"])
def test_how_the_preview_ended_is_a_number_or_a_failure(lab: Lab, said: str) -> None:
    pipeline = lab.push()
    pipeline.job("preview")
    pipeline.kept["preview"]["mfa-500/preview.code"] = said.encode()
    pipeline.job("review")
    assert value(pipeline.calls("review")[0]["arguments"], "--exit-code") == "1"


@pytest.mark.parametrize("code", ["1", "3"])
@pytest.mark.parametrize("job", ["review", "apply"])
def test_nothing_is_applied_through_a_closed_gate(lab: Lab, job: str, code: str) -> None:
    lab.in_job[job] = {"review": code}
    pipeline = lab.push()
    assert pipeline.play()[job] == "failed"
    assert applied(pipeline) == []


def test_without_evidence_nothing_is_applied(lab: Lab) -> None:
    """`--reviewed` of a file that is not there is refused: tests/review/test_reviewed.py."""
    pipeline = lab.push()
    pipeline.job("preview")
    pipeline.job("review")
    pipeline.kept["review"].clear()
    pipeline.job("apply", started_by_hand=True)
    (again,) = pipeline.calls("apply")
    assert not Path(value(again["arguments"], "--reviewed")).exists()


class Late(NamedTuple):
    reason: str
    changes: dict[str, str]
    moved: bool


@pytest.mark.parametrize(
    "case",
    [
        Late("started after another push, or an old pipeline started again", {}, True),
        Late("a tag that is called as the branch is", {"CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "main"}, False),
        Late("another branch", {"CI_COMMIT_BRANCH": "feature"}, False),
    ],
    ids=lambda case: case.reason,
)
def test_what_is_not_the_head_of_the_default_branch_is_not_applied(lab: Lab, case: Late) -> None:
    pipeline = lab.push()
    pipeline.job("preview")
    pipeline.job("review")
    if case.moved:
        lab.commit("an urgent removal")
    lab.document["apply"] = {key: value for key, value in lab.document["apply"].items() if key != "rules"}
    pipeline.variables |= case.changes
    assert pipeline.job("apply") == "failed"
    assert "nothing was applied" in pipeline.log("apply")[-1]
    assert pipeline.log("apply", "engine.log") == []


@pytest.mark.parametrize(("size", "ends"), [(399_000, "success"), (400_000, "failed")])
def test_a_report_that_gitlab_would_not_show_whole_cannot_be_approved(lab: Lab, size: int, ends: str) -> None:
    lab.given["text"] = "x" * size
    pipeline = lab.push()
    pipeline.play()
    assert pipeline.results["review"] == ends
    assert ("x" * size in pipeline.log("review")) is (ends == "success")


class Started(NamedTuple):
    reason: str
    variables: dict[str, str]
    starts: bool


MERGE = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}


@pytest.mark.parametrize(
    "case",
    [
        Started("a merge request", MERGE, True),
        Started("one into another branch, which nobody may own", {**MERGE, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "x"}, False),
        Started("a push", {}, True),
        Started("a push to another branch", {"CI_COMMIT_BRANCH": "feature"}, False),
        Started("a tag", {"CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "main"}, False),
        *(Started(f"by {source}, with variables", {"CI_PIPELINE_SOURCE": source}, False) for source in
          ("web", "api", "trigger", "schedule", "pipeline", "parent_pipeline")),
    ],
    ids=lambda case: case.reason,
)  # fmt: skip
def test_which_pipelines_there_are(lab: Lab, case: Started) -> None:
    assert lab.push(**case.variables).starts is case.starts
