"""`mfa-association comment` against a GitHub on a local port: what is written, and when nothing is."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mfa_association.forges.github.step import COMMENT_CHARACTERS
from tests.github.conftest import GREEN, LOSS, STACK, Step
from tests.github.standin import BOT, NUMBER, REPOSITORY, REST_TOKEN, Fault


def body(text: str = LOSS, run: str = "500.1", verdict: str = "critical", stack: str = STACK) -> str:
    """A comment as GitHub has it."""
    return f"<!-- mfa-review {stack} verdict={verdict} run={run} -->\n{text}".rstrip()


def url(number: int) -> str:
    return f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-{number}"


def test_the_first_run_posts(step: Step) -> None:
    ended = step.comment(step.review())
    assert ended == (0, f"{STACK}: posted: {url(1001)}\n", "")
    assert step.hub.bodies() == [body()]


def test_a_later_run_updates_in_place(step: Step) -> None:
    number = step.hub.add(body("old", run="499.1"))
    step.hub.add("a person answers", "alice")
    assert step.comment(step.review()).out == f"{STACK}: updated: {url(number)}\n"
    assert step.hub.bodies() == [body()]
    assert [call.split()[0] for call in step.hub.writes] == ["PATCH"]


def test_what_is_equal_is_not_written(step: Step) -> None:
    number = step.hub.add(body().replace("\n", "\r\n") + "\r\n")
    assert step.comment(step.review()).out == f"{STACK}: up to date: {url(number)}\n"
    assert step.hub.writes == []


def test_losses_that_vanish_turn_the_comment_green(step: Step) -> None:
    step.hub.add(body(run="499.1"))
    assert step.comment(step.review(GREEN, "none")).code == 0
    assert step.hub.bodies() == [body(GREEN, verdict="none")]


def test_nothing_to_say_and_no_comment_there_posts_nothing(step: Step) -> None:
    assert step.comment(step.review(GREEN, "none")) == (0, f"{STACK}: nothing to say, and no comment there\n", "")
    assert step.hub.comments == {}


@pytest.mark.parametrize("verdict", ["critical", "high", "medium", "low", "info", "unassessed"])
def test_every_other_verdict_is_said(step: Step, verdict: str) -> None:
    step.comment(step.review(verdict=verdict))
    assert step.hub.bodies() == [body(verdict=verdict)]


@pytest.mark.parametrize(
    ("written_by", "run", "kept", "reason"),
    [
        ("501.1", "500.9", True, "a later run of any workflow"),
        ("500.2", "500.1", True, "a later attempt of the same run"),
        ("500.10", "500.9", True, "numbers, not text"),
        ("1000.1", "999.1", True, "numbers, not text"),
        ("500.1", "500.2", False, "our attempt is the later one"),
        ("499.9", "500.1", False, "our run is the later one"),
    ],
)
def test_an_older_run_never_overwrites_a_newer_one(
    step: Step, written_by: str, run: str, kept: bool, reason: str
) -> None:
    there = body("newer", run=written_by)
    step.hub.add(there)
    ended = step.comment(step.review(), run=run)
    assert ended.code == 0
    assert (step.hub.bodies() == [there]) is kept, reason
    assert (ended.out == f"{STACK}: left as it is: run {written_by} wrote it, after run {run}\n") is kept


FAR = "9999999999999999999.1"


class Edited(NamedTuple):
    reason: str
    editor: dict[str, str] | None


@pytest.mark.parametrize(
    "case",
    [
        Edited("by a person", {"__typename": "User", "login": "mallory"}),
        Edited("by somebody whose account is gone", None),
        Edited("by another app", {"__typename": "Bot", "login": "github-actions-2"}),
        Edited("by a person called as the app is", {"__typename": "User", "login": "github-actions"}),
    ],
    ids=lambda case: case.reason,
)
@pytest.mark.parametrize("run", [FAR, "500.1"])
def test_one_that_somebody_else_edited_does_not_silence_us(step: Step, case: Edited, run: str) -> None:
    number = step.hub.add(body("old", run="1.1"))
    step.hub.edited_by_hand(number, body(GREEN, run, "none"), case.editor)
    assert step.comment(step.review()) == (0, f"{STACK}: updated: {url(number)}\n", "")
    assert step.hub.bodies() == [body()]


def test_one_that_a_later_run_edited_is_left_as_it_is(step: Step) -> None:
    step.hub.add(body("old", run="1.1"))
    step.comment(step.review(GREEN, "none"), run="501.1")
    assert "left as it is: run 501.1" in step.comment(step.review()).out
    assert step.hub.bodies() == [body(GREEN, "501.1", "none")]


def test_a_far_run_does_not_silence_us_where_github_does_not_tell_who_edited(step: Step) -> None:
    number = step.hub.add(body(GREEN, FAR, "none"))
    ended = step.comment(step.review(), GH_TOKEN=REST_TOKEN)
    assert ended == (0, f"{STACK}: updated: {url(number)}\n", "")
    assert step.hub.bodies() == [body()]


def test_a_later_runs_comment_that_was_deleted_is_posted_anew(step: Step) -> None:
    step.hub.add(body(GREEN, "501.1", "none"))
    step.hub.before["POST /graphql"] = lambda: step.hub.before.update({"POST /graphql": step.hub.comments.clear})
    assert step.comment(step.review()).out == f"{STACK}: posted: {url(1002)}\n"
    assert step.hub.bodies() == [body()]


@pytest.mark.parametrize("first", ["critical", "none"])
def test_two_plans_of_one_run_without_a_key_are_not_one_comment(step: Step, first: str) -> None:
    texts = {"critical": LOSS, "none": GREEN}
    step.hub.add(body("old", run="499.1"))
    step.comment(step.review(texts.pop(first), first))
    ((verdict, text),) = texts.items()
    ended = step.comment(step.review(text, verdict))
    assert (ended.code, ended.out) == (1, "")
    assert "another job of this run (500.1) wrote the comment of mfa/prod" in ended.err
    assert "--key" in ended.err
    assert step.hub.bodies() == [body(LOSS if first == "critical" else GREEN, verdict=first)]


def test_another_attempt_of_the_run_may_say_something_else(step: Step) -> None:
    step.comment(step.review())
    assert step.comment(step.review(GREEN, "none"), run="500.2").code == 0
    assert step.hub.bodies() == [body(GREEN, "500.2", "none")]


def test_the_same_text_is_marked_by_the_newer_run_so_that_one_in_between_comes_too_late(step: Step) -> None:
    name = step.review()
    for run in ("500.1", "502.1"):
        step.comment(name, run=run)
    step.comment(step.review(GREEN, "none"), run="501.1")
    assert step.hub.bodies() == [body(run="502.1")]


def test_the_run_and_its_attempt_come_from_github(step: Step) -> None:
    step.comment(step.review(), GITHUB_RUN_ID="812", GITHUB_RUN_ATTEMPT="3")
    assert step.hub.bodies() == [body(run="812.3")]


class Foreign(NamedTuple):
    reason: str
    body: str
    login: str | None


FOREIGN = (
    Foreign("somebody else's, with our marker", body("theirs", run="1.1"), "mallory"),
    Foreign("somebody else's, with a later run", body("theirs", run="99999.1"), "mallory"),
    Foreign("nearly our name", body("theirs", run="1.1"), "github-actions"),
    Foreign("of an account that is gone", body("theirs", run="1.1"), None),
    Foreign("our own, the marker below", f"What is new:\n{body('ours', run='99999.1')}", BOT),
    Foreign("our own, the marker not alone on its line", f"> {body('ours', run='99999.1')}", BOT),
    Foreign("our own, with words after the marker", body(run="99999.1").replace(" -->\n", " --> words\n"), BOT),
    Foreign("our own, another stack", body("ours", run="99999.1", stack="mfa/prod2"), BOT),
    Foreign("our own, no such verdict", body("ours", run="99999.1", verdict="fine"), BOT),
    Foreign("our own, no such run", body("ours", run="99999"), BOT),
)


@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case.reason)
def test_a_comment_that_is_not_ours_is_neither_taken_nor_touched(step: Step, case: Foreign) -> None:
    number = step.hub.add(case.body, case.login)
    step.comment(step.review())
    assert step.hub.comments.pop(number)["body"] == case.body
    assert step.hub.bodies() == [body()]


def test_a_marker_in_the_text_of_a_review_changes_nothing(step: Step) -> None:
    text = f"{LOSS}\n{body('x', run='99999.1', stack='mfa/other')}\n"
    step.comment(step.review(text))
    step.comment(step.review(GREEN, "none"), run="501.1")
    assert step.hub.bodies() == [body(GREEN, "501.1", "none")]


@pytest.mark.parametrize("others", [99, 100, 250])
def test_our_comment_is_found_on_every_page(step: Step, others: int) -> None:
    for number in range(others):
        step.hub.add(f"comment {number}", "alice")
    step.hub.add(body("old", run="1.1"))
    step.comment(step.review())
    assert step.hub.bodies() == [body()]
    pages = [call for call in step.hub.calls if call.startswith("GET") and "/comments" in call]
    assert len(pages) == others // 100 + 1
    assert all("per_page=100" in page for page in pages)


def test_a_token_that_graphql_does_not_know_is_told_by_rest(step: Step) -> None:
    number = step.hub.add(body("old", run="1.1"))
    assert step.comment(step.review(), GH_TOKEN=REST_TOKEN).out == f"{STACK}: updated: {url(number)}\n"


def test_the_token_may_be_called_github_token(step: Step) -> None:
    assert step.comment(step.review(), GH_TOKEN="", GITHUB_TOKEN=f"{REST_TOKEN}\n").code == 0


def test_two_runs_that_both_posted_leave_one_comment(step: Step) -> None:
    first = step.hub.add(body("one", run="498.1"))
    step.hub.add(body("other", run="499.1"))
    assert step.comment(step.review()).out == f"{STACK}: updated: {url(first)}\n"
    assert step.hub.bodies() == [body()]


def test_the_newest_of_two_comments_counts(step: Step) -> None:
    there = [body("one", run="498.1"), body("other", run="501.1")]
    for one in there:
        step.hub.add(one)
    assert "left as it is: run 501.1" in step.comment(step.review()).out
    assert step.hub.bodies() == there


def test_one_that_was_deleted_since_it_was_listed_is_posted_anew(step: Step) -> None:
    step.hub.add(body("old", run="1.1"))
    step.hub.before["PATCH comment"] = step.hub.comments.clear
    assert step.comment(step.review()).out == f"{STACK}: posted: {url(1002)}\n"
    assert step.hub.bodies() == [body()]


def test_one_that_was_deleted_stays_so_if_nothing_is_to_be_said(step: Step) -> None:
    step.hub.add(body("old", run="1.1"))
    step.hub.before["PATCH comment"] = step.hub.comments.clear
    assert step.comment(step.review(GREEN, "none")).out == f"{STACK}: nothing to say, and no comment there\n"
    assert step.hub.comments == {}


def test_a_second_comment_that_was_deleted_meanwhile_is_no_matter(step: Step) -> None:
    step.hub.add(body("one", run="1.1"))
    second = step.hub.add(body("two", run="1.1"))
    step.hub.before["DELETE comment"] = lambda: step.hub.comments.__delitem__(second)
    assert step.comment(step.review()).code == 0
    assert step.hub.bodies() == [body()]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_post_whose_answer_was_lost_is_not_posted_twice(step: Step, status: int) -> None:
    step.hub.faults = [Fault("POST comments", status, "<html>", done=True)]
    assert step.comment(step.review()) == (0, f"{STACK}: up to date: {url(1001)}\n", "")
    assert step.hub.bodies() == [body()]


def test_each_stack_has_its_own_comment(step: Step) -> None:
    names = [step.review(stack=stack, name=f"{stack[4:]}.md") for stack in ("mfa/prod", "mfa/test")]
    assert step.comment(*names).out == f"mfa/prod: posted: {url(1001)}\nmfa/test: posted: {url(1002)}\n"
    step.review(GREEN, "none", "mfa/test", "test.md")
    step.comment(*names, run="501.1")
    assert step.hub.bodies() == [body(run="501.1"), body(GREEN, "501.1", "none", "mfa/test")]


def test_one_stack_that_fails_does_not_hold_up_another(step: Step) -> None:
    names = [step.review(stack=stack, name=f"{stack[4:]}.md") for stack in ("mfa/prod", "mfa/test")]
    step.hub.faults = [Fault("POST comments", 422, {"message": "Validation Failed"})]
    ended = step.comment(*names)
    assert (ended.code, ended.out) == (1, f"mfa/test: posted: {url(1001)}\n")
    assert "(mfa/prod): GitHub answered 422: Validation Failed" in ended.err


def test_a_review_that_is_too_long_is_cut_and_says_so(step: Step) -> None:
    rows = "".join(f"| Low | `user-{number}` |\n" for number in range(5000))
    assert step.comment(step.review(LOSS + rows)).code == 0
    (posted,) = step.hub.bodies()
    shown = posted.count("\n| ") - 1
    assert len(posted) < COMMENT_CHARACTERS
    assert f"**Cut here, at GitHub's limit: {5001 - shown} of 5001 rows of tables are left out.**" in posted
    assert step.comment(step.review(LOSS + rows)).out.startswith(f"{STACK}: up to date: ")
