"""What GitLab refuses, and what it is when it is away: one sentence each, and what passes is waited for."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.gitlab.conftest import GREEN, LOSS, STACK, Job
from tests.gitlab.standin import NUMBER, PROJECT, READING_TOKEN, TOKEN, Fault
from tests.gitlab.test_comment import body
from tests.support.rest import Passing, Refusal, address_of_nobody

WHAT = f"mfa-association: commenting on merge request {NUMBER} of {PROJECT} ({STACK})"
BROKEN = "what answered is not GitLab's API; check --api-url and the proxy"
LATER = "Retry later\n"


REFUSALS = (
    Refusal(
        "a token of nobody",
        Fault("any", 401, {"message": "401 Unauthorized"}, times=9),
        "GitLab answered 401: Unauthorized; the token is not valid any more or never was; make another and put it into"
        " GITLAB_TOKEN",
    ),
    Refusal(
        "a token that expired",
        Fault("any", 401, {"error": "invalid_token", "error_description": "Token is expired."}, times=9),
        "GitLab answered 401: invalid_token; the token is not valid any more or never was; make another and put it into"
        " GITLAB_TOKEN",
    ),
    Refusal(
        "a token without the scope",
        Fault("POST notes", 403, {"error": "insufficient_scope", "scope": "api"}, times=9),
        "GitLab answered 403: insufficient_scope; the token may not do this; it needs the scope api and the role"
        " Reporter",
    ),
    Refusal(
        "no such merge request",
        Fault("GET merge_request", 404, {"message": "404 Not found"}, times=9),
        "GitLab answered 404: Not found; no such merge request, or not for this token; check --repository and"
        " --pull-request, and the token's role",
    ),
    Refusal(
        "a text that GitLab does not take",
        Fault("POST notes", 400, {"message": {"note": ["is bad\n\x1b[31m"]}}, times=9),
        'GitLab answered 400: {"note": ["is bad\\n\\u001b[31m"]}; GitLab does not take the text; post it by hand',
    ),
    Refusal(
        "a status that nobody knows",
        Fault("POST notes", 418, times=9),
        "GitLab answered 418; run this again, or look at the server's status page",
    ),
    Refusal(
        "trouble that stays",
        Fault("POST notes", 502, "<html>", times=9),
        "GitLab answered 502; run this again, or look at the server's status page",
    ),
    Refusal(
        "a limit that ends too late to wait for",
        Fault("POST notes", 429, LATER, {"Retry-After": "900"}, times=9),
        "GitLab's rate limit is used up; run this again in 900 s",
    ),
    Refusal(
        "a limit that does not end",
        Fault("POST notes", 429, LATER, times=9),
        "GitLab's rate limit is used up; run this again in 60 s",
    ),
    Refusal("a page of a proxy", Fault("any", 200, "<html>sign in</html>", {"Content-Type": "text/html"}, 99), BROKEN),
    Refusal("a page that says it is JSON", Fault("any", 200, "<html>sign in</html>", times=99), BROKEN),
    Refusal("broken JSON", Fault("any", 200, '{"id": ', times=99), BROKEN),
    Refusal("another API", Fault("any", 200, {"id": "seven"}, times=99), BROKEN),
    Refusal("a number that nobody can read", Fault("any", 200, f'{{"id": {"9" * 5000}}}', times=99), BROKEN),
    Refusal("a list", Fault("any", 200, [], times=99), BROKEN),
    Refusal("a list where one merge request should be", Fault("GET merge_request", 200, [], times=9), BROKEN),
    Refusal("no list", Fault("GET notes", 200, {"notes": []}, times=9), BROKEN),
    Refusal("a list of something else", Fault("GET notes", 200, [5], times=9), BROKEN),
    Refusal("a merge request without a page", Fault("GET merge_request", 200, {"iid": 7}, times=9), BROKEN),
    Refusal("a POST that is sent elsewhere", Fault("POST notes", 302, "", {"Location": "/user"}, times=9), BROKEN),
)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.reason)
def test_what_stays_is_one_sentence(job: Job, case: Refusal) -> None:
    job.lab.faults = [case.fault]
    ended = job.comment(job.review())
    assert ended == (1, "", f"{WHAT}: {case.sentence}\n")
    assert job.lab.notes == {}
    assert max(job.waits, default=0) <= 60


PASSING = (
    Passing("a hiccup at the question who we are", Fault("GET user", 500), 1),
    Passing("a hiccup at the first read", Fault("GET merge_request", 502, "<html>"), 1),
    Passing("a hiccup at the list", Fault("GET notes", 502, "<html>"), 1),
    Passing("a hiccup at the write", Fault("PUT note", 503), 1),
    Passing("two hiccups: longer the second time", Fault("PUT note", 503, times=2), 3),
    Passing("three: longer still", Fault("PUT note", 503, times=3), 10),
    Passing("a limit that says how long", Fault("PUT note", 429, LATER, {"Retry-After": "17"}), 17),
    Passing("a limit at the question who we are", Fault("GET user", 429, LATER, {"Retry-After": "19"}), 19),
    Passing("a limit that says nothing: a minute", Fault("PUT note", 429, LATER), 60),
)


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case.reason)
def test_what_passes_is_waited_for(job: Job, case: Passing) -> None:
    job.lab.add(body("old", run="1.1"))
    job.lab.faults = [case.fault]
    assert job.comment(job.review()).code == 0
    assert job.lab.bodies() == [body()]
    assert case.waits in job.waits


def test_the_end_of_the_limit_is_waited_for(job: Job) -> None:
    job.lab.faults = [Fault("GET notes", 429, LATER, {"RateLimit-Reset": str(int(time.time()) + 30)})]
    assert job.comment(job.review()).code == 0
    assert 28 <= max(job.waits) <= 31


def test_a_limit_at_the_question_who_edited_is_no_silence(job: Job) -> None:
    job.lab.add(body(GREEN, "501.1", "none"))
    job.lab.faults = [Fault("POST graphql", 429, LATER, {"Retry-After": "5"})]
    assert "left as it is" in job.comment(job.review()).out
    assert 5 in job.waits


def test_a_server_that_is_away_is_a_sentence(job: Job) -> None:
    ended = job.comment(job.review(), "--api-url", address_of_nobody())
    assert ended == (1, "", f"{WHAT}: GitLab cannot be reached (ConnectionError)\n")
    assert [wait for wait in job.waits if wait in (1, 3, 10)] == [1, 3, 10]


FORK = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "6"}
READ_ONLY = "; a run for a fork may only read, the review is in the files of this job\n"


def test_a_fork_has_no_token_and_that_is_no_failure(job: Job) -> None:
    ended = job.comment(job.review(), GITLAB_TOKEN="", **FORK)
    assert ended == (0, "", f"{WHAT.rpartition(' (')[0]}: the pipeline of a fork has no token{READ_ONLY}")
    assert job.lab.calls == []


def test_a_fork_whose_token_may_not_write_is_no_failure_either(job: Job) -> None:
    ended = job.comment(job.review(), GITLAB_TOKEN=READING_TOKEN, **FORK)
    assert (ended.code, ended.out) == (0, "")
    assert "GitLab answered 403: insufficient_scope" in ended.err and ended.err.endswith(READ_ONLY)


@pytest.mark.parametrize("token", ["", READING_TOKEN])
def test_without_a_fork_it_is_one(job: Job, token: str) -> None:
    ended = job.comment(job.review(), GITLAB_TOKEN=token)
    assert (ended.code, ended.out, job.lab.notes) == (1, "", {})


@pytest.mark.long
def test_no_message_holds_the_token(job: Job) -> None:
    for fault in [case.fault for case in REFUSALS]:
        job.lab.faults = [Fault(fault.request, fault.status, fault.body, fault.headers, times=99)]
        assert TOKEN not in "".join(map(str, job.comment(job.review(GREEN))))


@pytest.mark.long
def test_without_python_gitlab_it_says_what_to_install(job: Job) -> None:
    code = (
        "import sys; sys.modules['gitlab'] = None; from mfa_association.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    with job.patch.context() as patch:
        patch.setenv("CI_PIPELINE_ID", "500")
        ran = subprocess.run(
            [sys.executable, "-c", code, "comment", job.review(LOSS)], capture_output=True, text=True, check=False
        )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "mfa-association: commenting: python-gitlab is not installed; pip install 'mfa-association[gitlab]'\n"
    )
