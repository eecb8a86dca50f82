"""`mfa-association comment` against a GitLab on a local port: what is written, and when nothing is."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import pytest

from tests.gitlab.conftest import GREEN, LOSS, STACK, Job
from tests.gitlab.standin import BOT, LIMIT, NO_GRAPHQL_TOKEN, PAGE, PROJECT, Fault


def body(
    text: str = LOSS, run: str = "500.9000", verdict: str = "critical", stack: str = STACK, name: str = "review"
) -> str:
    """A note as GitLab has it."""
    job = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"<!-- mfa-review {stack} verdict={verdict} run={run} job={job} -->\n{text}".rstrip()


def url(number: int) -> str:
    return f"{PAGE}#note_{number}"


def test_the_first_pipeline_posts(job: Job) -> None:
    assert job.comment(job.review()) == (0, f"{STACK}: posted: {url(1001)}\n", "")
    assert job.lab.bodies() == [body()]


def test_a_later_pipeline_updates_in_place(job: Job) -> None:
    number = job.lab.add(body("old", run="499.8000"))
    job.lab.add("a person answers", "alice")
    assert job.comment(job.review()).out == f"{STACK}: updated: {url(number)}\n"
    assert job.lab.bodies() == [body()]
    assert [call.split()[0] for call in job.lab.writes] == ["PUT"]


def test_what_is_equal_is_not_written(job: Job) -> None:
    number = job.lab.add(body().replace("\n", "\r\n") + "\r\n")
    assert job.comment(job.review()).out == f"{STACK}: up to date: {url(number)}\n"
    assert job.lab.writes == []


def test_losses_that_vanish_turn_the_note_green_and_without_a_note_nothing_is_posted(job: Job) -> None:
    name = job.review(GREEN, "none")
    assert job.comment(name) == (0, f"{STACK}: nothing to say, and no comment there\n", "")
    job.lab.add(body(run="499.8000"))
    assert job.comment(name).code == 0
    assert job.lab.bodies() == [body(GREEN, verdict="none")]


class Race(NamedTuple):
    reason: str
    written_by: str
    run: str
    kept: bool


@pytest.mark.parametrize(
    "case",
    [
        Race("a later pipeline", "501.9001", "500.9000", True),
        Race("a later pipeline, whose job began before a retry of ours", "501.8999", "500.9000", True),
        Race("a later attempt of the same job", "500.9001", "500.9000", True),
        Race("numbers, not text", "1000.10000", "999.9000", True),
        Race("our pipeline is the later one", "499.9999", "500.9000", False),
        Race("ours is the later attempt of the same job", "500.8999", "500.9000", False),
        Race("job ids of gitlab.com", "2190000000.12345678901", "2190000000.12345678900", True),
    ],
    ids=lambda case: case.reason,
)
def test_an_earlier_pipeline_never_overwrites_a_later_ones_note(job: Job, case: Race) -> None:
    there = body("newer", run=case.written_by)
    job.lab.add(there)
    ended = job.comment(job.review(), run=case.run)
    left = f"{STACK}: left as it is: run {case.written_by} wrote it, after run {case.run}\n"
    assert (ended.code, ended.out == left) == (0, case.kept)
    assert job.lab.bodies() == [there if case.kept else body(run=case.run)]


@pytest.mark.parametrize("editor", ["mallory", None], ids=["by a maintainer", "by somebody whose account is gone"])
@pytest.mark.parametrize("run", ["9999999999999999999.1", "500.9000"])
def test_one_that_somebody_else_edited_does_not_silence_us(job: Job, editor: str | None, run: str) -> None:
    number = job.lab.add(body("old", run="1.1"))
    job.lab.edited_by_hand(number, body(GREEN, run, "none"), editor)
    assert job.comment(job.review()) == (0, f"{STACK}: updated: {url(number)}\n", "")
    assert job.lab.bodies() == [body()]


def test_one_that_a_later_pipeline_edited_is_left_as_it_is(job: Job) -> None:
    job.lab.add(body("old", run="1.1"))
    job.comment(job.review(GREEN, "none"), run="501.9000")
    assert "left as it is: run 501.9000" in job.comment(job.review()).out
    assert job.lab.bodies() == [body(GREEN, "501.9000", "none")]


def test_a_far_run_does_not_silence_us_where_gitlab_does_not_tell_who_edited(job: Job) -> None:
    number = job.lab.add(body(GREEN, "9999999999999999999.1", "none"))
    ended = job.comment(job.review(), GITLAB_TOKEN=NO_GRAPHQL_TOKEN)
    assert ended == (0, f"{STACK}: updated: {url(number)}\n", "")


@pytest.mark.parametrize("first", ["critical", "none"])
@pytest.mark.parametrize("number", [8999, 9001], ids=["begun before", "begun after"])
def test_two_plans_of_one_pipeline_without_a_key_are_not_one_note(job: Job, first: str, number: int) -> None:
    texts = {"critical": LOSS, "none": GREEN}
    job.lab.add(body("old", run="499.1"))
    job.comment(job.review(texts.pop(first), first), CI_JOB_NAME="review: [prod]")
    there = job.lab.bodies()
    ((verdict, text),) = texts.items()
    ended = job.comment(job.review(text, verdict), run=f"500.{number}", CI_JOB_NAME="review: [test]")
    assert (ended.code, ended.out) == (1, "")
    assert f"another job of this run (500.{number}) wrote the comment of mfa/prod" in ended.err
    assert "--key" in ended.err
    assert job.lab.bodies() == there


def test_the_same_job_started_again_may_say_something_else(job: Job) -> None:
    job.comment(job.review())
    assert job.comment(job.review(GREEN, "none"), run="500.9001").code == 0
    assert job.lab.bodies() == [body(GREEN, "500.9001", "none")]


def test_a_run_by_hand_is_given_by_number(job: Job) -> None:
    assert job.comment(job.review(), "--run", "17.2").code == 0
    assert job.lab.bodies()[0].startswith(f"<!-- mfa-review {STACK} verdict=critical run=17.2 -->\n")


class Foreign(NamedTuple):
    reason: str
    body: str
    username: str | None = BOT
    system: bool = False


FOREIGN = (
    Foreign("somebody else's, with our marker", body("theirs", run="1.1"), "mallory"),
    Foreign("somebody else's, with a later run", body("theirs", run="99999.1"), "mallory"),
    Foreign("of an account that is gone", body("theirs", run="1.1"), None),
    Foreign("our own, the marker below", f"What is new:\n{body('ours', run='99999.1')}"),
    Foreign("our own, another stack", body("ours", run="99999.1", stack="mfa/prod2")),
    Foreign("our own, no such job", body(run="99999.1").replace("job=", "job=x")),
    Foreign("GitLab's, about us", "approved this merge request", system=True),
)


@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case.reason)
def test_a_note_that_is_not_ours_is_neither_taken_nor_touched(job: Job, case: Foreign) -> None:
    number = job.lab.add(case.body, case.username, case.system)
    job.comment(job.review())
    assert job.lab.notes.pop(number)["body"] == case.body
    assert job.lab.bodies() == [body()]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("others", [99, 100, 250])
def test_our_note_is_found_on_every_page_and_no_link_of_an_answer_is_followed(job: Job, others: int) -> None:
    for number in range(others):
        job.lab.add(f"note {number}", "alice")
    job.lab.add(body("old", run="1.1"))
    job.comment(job.review())
    assert job.lab.bodies() == [body()]
    pages = [call for call in job.lab.calls if call.startswith("GET") and "/notes" in call]
    # A full page may be the last one: only the next, which is empty, tells.
    assert len(pages) == (others + 1) // 100 + 1
    assert all("per_page=100" in page for page in pages)


def test_two_pipelines_that_both_posted_leave_one_note(job: Job) -> None:
    first = job.lab.add(body("one", run="498.1"))
    job.lab.add(body("other", run="499.1"))
    assert job.comment(job.review()).out == f"{STACK}: updated: {url(first)}\n"
    assert job.lab.bodies() == [body()]


def test_one_that_was_deleted_since_it_was_listed_is_posted_anew(job: Job) -> None:
    job.lab.add(body("old", run="1.1"))
    job.lab.before["PUT note"] = job.lab.notes.clear
    assert job.comment(job.review()).out == f"{STACK}: posted: {url(1002)}\n"


def test_a_second_note_that_was_deleted_meanwhile_is_no_matter(job: Job) -> None:
    job.lab.add(body("one", run="1.1"))
    second = job.lab.add(body("two", run="1.1"))
    job.lab.before["DELETE note"] = lambda: job.lab.notes.__delitem__(second)
    assert job.comment(job.review()).code == 0
    assert job.lab.bodies() == [body()]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_post_whose_answer_was_lost_is_not_posted_twice(job: Job, status: int) -> None:
    job.lab.faults = [Fault("POST notes", status, "<html>", done=True)]
    assert job.comment(job.review()) == (0, f"{STACK}: up to date: {url(1001)}\n", "")
    assert job.lab.bodies() == [body()]


def test_each_stack_has_its_own_note_and_one_that_fails_does_not_hold_up_another(job: Job) -> None:
    names = [job.review(stack=stack, name=f"{stack[4:]}.md") for stack in ("mfa/prod", "mfa/test")]
    job.lab.faults = [Fault("POST notes", 400, {"message": {"note": ["is bad"]}})]
    ended = job.comment(*names)
    assert (ended.code, ended.out) == (1, f"mfa/test: posted: {url(1001)}\n")
    assert '(mfa/prod): GitLab answered 400: {"note": ["is bad"]}; GitLab does not take the text' in ended.err


@pytest.mark.long
def test_a_review_is_cut_at_gitlabs_limit_and_says_so(job: Job) -> None:
    rows = "".join(f"| Low | `user-{number}` |\n" for number in range(60_000))
    assert job.comment(job.review(LOSS + rows)).code == 0
    (posted,) = job.lab.bodies()
    shown = posted.count("\n| ") - 1
    assert LIMIT * 0.99 < len(posted) <= LIMIT
    assert f"**Cut here, at GitLab's limit: {60_001 - shown} of 60001 rows of tables are left out.**" in posted
    assert posted.endswith("The job that reviewed has all of it.")
    assert job.comment(job.review(LOSS + rows)).out.startswith(f"{STACK}: up to date: ")


def test_nothing_in_a_review_is_obeyed(job: Job) -> None:
    """A line that begins with a slash is a quick action to GitLab, and `comment` takes whatever file it is given."""
    hostile = f"{LOSS}/approve\n  /merge\n\t/close\ntext /label ~x\n"
    for _ in range(2):
        ended = job.comment(job.review(hostile))
    assert ended.out == f"{STACK}: up to date: {url(1001)}\n"
    assert job.lab.obeyed == []
    assert job.lab.bodies() == [body(f"{LOSS}\\/approve\n  \\/merge\n\t\\/close\ntext /label ~x")]


@pytest.mark.parametrize("root", ["", "/tools/gitlab"])
@pytest.mark.parametrize("end", ["", "/", "/api/v4"])
def test_a_server_of_ones_own_may_be_anywhere_on_its_host(job: Job, root: str, end: str) -> None:
    job.lab.root = root
    job.lab.add(body(GREEN, "501.1", "none"))
    ended = job.comment(job.review(), CI_SERVER_URL=f"{job.lab.url}{root}{end}")
    assert ended.out.startswith(f"{STACK}: left as it is: run 501.1"), ended.err


def test_a_project_may_be_given_by_path(job: Job) -> None:
    wrong = {"CI_MERGE_REQUEST_PROJECT_ID": "6", "CI_MERGE_REQUEST_IID": "8", "CI_MERGE_REQUEST_PROJECT_PATH": "a/b"}
    arguments = ["--project", PROJECT, "--merge-request", "7"]
    assert job.comment(job.review(), *arguments, **wrong).out == f"{STACK}: posted: {url(1001)}\n"
    assert "GET /api/v4/projects/acme%2Finfra/merge_requests/7" in job.lab.calls


def test_outside_of_gitlab_ci_it_has_to_be_named(job: Job) -> None:
    assert job.comment(job.review(), "--forge", "gitlab", GITLAB_CI="").code == 0
    assert "finding the repository" in job.comment(job.review(), GITLAB_CI="", GITHUB_REPOSITORY="").err
