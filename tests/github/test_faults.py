"""What GitHub refuses, and what it is when it is away: one sentence each, and what passes is waited for."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from tests.github.conftest import GREEN, LOSS, STACK, Step
from tests.github.standin import NUMBER, REPOSITORY, REST_TOKEN, TOKEN, Fault
from tests.support.rest import Passing, Refusal, address_of_nobody

WHAT = f"mfa-association: commenting on pull request {NUMBER} of {REPOSITORY} ({STACK})"
DENIED = {"message": "Resource not accessible by integration"}
BROKEN = "what answered is not GitHub's API; check --api-url and the proxy"
LIMIT_TEXT = {"message": "API rate limit exceeded for installation ID 1."}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


REFUSALS = (
    Refusal(
        "a token of nobody",
        Fault("any", 401, {"message": "Bad credentials"}, times=9),
        "GitHub answered 401: Bad credentials; the token is not valid any more or never was; give the step GH_TOKEN:"
        " ${{ github.token }}",
    ),
    Refusal(
        "a job without the permission",
        Fault("POST comments", 403, DENIED, times=9),
        "GitHub answered 403: Resource not accessible by integration; the token may not do this; give the job the"
        " permission pull-requests: write",
    ),
    Refusal(
        "no such pull request",
        Fault("GET pull", 404, {"message": "Not Found"}, times=9),
        "GitHub answered 404: Not Found; no such pull request, or not for this token; check --repository and"
        " --pull-request, and the job's permissions",
    ),
    Refusal(
        "issues are off",
        Fault("GET comments", 410, {"message": "Issues are disabled for this repo"}, times=9),
        "GitHub answered 410: Issues are disabled for this repo; the repository has no comments; nothing can be posted"
        " there",
    ),
    Refusal(
        "a text that GitHub does not take",
        Fault("POST comments", 422, {"message": "Validation\nFailed \x1b[31m"}, times=9),
        "GitHub answered 422: Validation Failed  [31m; GitHub does not take the text; post it by hand from the step"
        " summary",
    ),
    Refusal(
        "a status that nobody knows",
        Fault("POST comments", 418, times=9),
        "GitHub answered 418; run this again, or look at githubstatus.com",
    ),
    Refusal(
        "trouble that stays",
        Fault("POST comments", 502, "<html>", times=9),
        "GitHub answered 502; run this again, or look at githubstatus.com",
    ),
    Refusal(
        "a limit that ends too late to wait for",
        Fault("POST comments", 403, SECONDARY, {"Retry-After": "900"}, times=9),
        f"GitHub's rate limit is used up (403: {SECONDARY['message']}); run this again in 900 s",
    ),
    Refusal(
        "a limit, told by its text alone, that does not end",
        Fault("POST comments", 403, SECONDARY, times=9),
        f"GitHub's rate limit is used up (403: {SECONDARY['message']}); run this again in 60 s",
    ),
    Refusal("a page of a proxy", Fault("any", 200, "<html>sign in</html>", times=99), BROKEN),
    Refusal("broken JSON", Fault("any", 200, '{"number": ', times=99), BROKEN),
    Refusal("another API", Fault("any", 200, {"number": "seven", "issue_url": 5}, times=99), BROKEN),
    Refusal("a number that nobody can read", Fault("any", 200, f'{{"number": {"9" * 5000}}}', times=99), BROKEN),
    Refusal("a list", Fault("any", 200, [], times=99), BROKEN),
    Refusal("a login that is none", Fault("GET comments", 200, [{"user": {"login": 5}}], times=9), BROKEN),
)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.reason)
def test_what_stays_is_one_sentence(step: Step, case: Refusal) -> None:
    step.hub.faults = [case.fault]
    ended = step.comment(step.review())
    assert ended == (1, "", f"{WHAT}: {case.sentence}\n")
    assert step.hub.comments == {}
    assert max(step.waits, default=0) <= 60


PASSING = (
    Passing("a hiccup at the first read", Fault("GET pull", 500), 1),
    Passing("a hiccup at the list", Fault("GET comments", 502, "<html>"), 1),
    Passing("a hiccup at the write", Fault("PATCH comment", 503), 1),
    Passing("a hiccup at the question who we are", Fault("POST /graphql", 503), 1),
    Passing("two hiccups: longer the second time", Fault("PATCH comment", 503, times=2), 3),
    Passing("three: longer still", Fault("PATCH comment", 503, times=3), 10),
    Passing("a limit that says how long", Fault("PATCH comment", 403, SECONDARY, {"Retry-After": "17"}), 17),
    Passing("a limit by its own status", Fault("GET comments", 429, SECONDARY, {"Retry-After": "18"}), 18),
    Passing("a limit by its header alone", Fault("PATCH comment", 403, {"message": "?"}, {"Retry-After": "16"}), 16),
    Passing("a limit at the question who we are", Fault("POST /graphql", 403, LIMIT_TEXT, {"Retry-After": "19"}), 19),
    Passing("a limit that says nothing: a minute, as GitHub asks", Fault("PATCH comment", 403, SECONDARY), 60),
)


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case.reason)
def test_what_passes_is_waited_for(step: Step, case: Passing) -> None:
    step.hub.add(f"<!-- mfa-review {STACK} verdict=high run=1.1 -->\nold")
    step.hub.faults = [case.fault]
    assert step.comment(step.review()).code == 0
    assert step.hub.bodies() == [f"<!-- mfa-review {STACK} verdict=critical run=500.1 -->\n{LOSS}".rstrip()]
    assert case.waits in step.waits


def test_the_end_of_the_limit_is_waited_for(step: Step) -> None:
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
    step.hub.faults = [Fault("GET pull", 403, LIMIT_TEXT, reset)]
    assert step.comment(step.review()).code == 0
    assert 28 <= max(step.waits) <= 31


def test_a_server_that_is_away_is_a_sentence(step: Step) -> None:
    ended = step.comment(step.review(), "--api-url", address_of_nobody())
    assert ended == (1, "", f"{WHAT}: GitHub cannot be reached (ConnectionError)\n")
    assert [wait for wait in step.waits if wait in (1, 3, 10)] == [1, 3, 10]


def test_a_token_that_tells_nobody_is_a_sentence(step: Step) -> None:
    step.hub.faults = [Fault("GET /user", 403, DENIED)]
    ended = step.comment(step.review(), GH_TOKEN=REST_TOKEN)
    said = "asking GitHub whose token this is: GitHub did not say; use the workflow's own, ${{ github.token }}"
    assert ended == (1, "", f"mfa-association: {said}\n")
    assert step.hub.writes == []


@pytest.mark.parametrize("flag", [["--step-summary"], []], ids=["asked for", "not asked for"])
def test_a_fork_may_only_read_and_its_review_is_in_the_summary(step: Step, flag: list[str]) -> None:
    step.event(pull_request={"head": {"repo": {"id": 2}}, "base": {"repo": {"id": 1}}})
    step.hub.faults = [Fault("POST comments", 403, DENIED)]
    ended = step.comment(step.review(), *flag, GITHUB_STEP_SUMMARY=str(step.summary))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.endswith("; a run for a fork may only read, the review is in the step summary\n")
    assert step.summary.read_text() == f"{LOSS}\n"


@pytest.mark.parametrize("repo", [None, {"id": 1}], ids=["a fork that was deleted", "no fork"])
def test_without_a_summary_or_a_fork_it_fails(step: Step, repo: Any) -> None:
    step.event(pull_request={"head": {"repo": repo}, "base": {"repo": {"id": 1}}})
    step.hub.faults = [Fault("POST comments", 403, DENIED)]
    assert step.comment(step.review()).code == 1
    step.hub.faults = [Fault("POST comments", 403, DENIED)]
    ended = step.comment(step.review(), "--step-summary", GITHUB_STEP_SUMMARY=str(step.summary))
    assert (ended.code, step.summary.read_text()) == (1 if repo else 0, f"{LOSS}\n")


@pytest.mark.long
def test_no_message_holds_the_token(step: Step) -> None:
    for fault in [case.fault for case in REFUSALS]:
        step.hub.faults = [Fault(fault.request, fault.status, fault.body, fault.headers, times=99)]
        assert TOKEN not in "".join(map(str, step.comment(step.review(GREEN))))


@pytest.mark.long
def test_without_pygithub_it_says_what_to_install(step: Step) -> None:
    code = (
        "import sys; sys.modules['github'] = None; from mfa_association.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "comment", step.review()], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "mfa-association: commenting: PyGithub is not installed; pip install 'mfa-association[github]'\n"
    )
