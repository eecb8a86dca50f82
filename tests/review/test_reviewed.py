"""What would run beside what was reviewed: nothing new, nothing worse, and what cannot be read was not reviewed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mfa_association.cli import main
from mfa_association.errors import MfaError
from mfa_association.review.findings import Report
from mfa_association.review.gate import not_reviewed
from mfa_association.review.report_json import to_json

from .make import PHONE, TABLET, changed, facts, gone, held, kept, live, new, review, step, virtual

PREVIEW = Path(__file__).parent / "previews" / "delete.json"
BASE = review(gone(), live=live(facts()))


def against(now: Report, *then: Report) -> list[str]:
    return not_reviewed(now, {f"reviewed/{number}.json": to_json(one) for number, one in enumerate(then)})


@pytest.mark.parametrize(
    ("now", "then", "reason"),
    [
        (BASE, [BASE], "the same"),
        (review(kept(PHONE)), [], "nothing happens"),
        (review(kept(PHONE)), [BASE], "what was reviewed is done already"),
        (replace(BASE, code=("a",)), [replace(BASE, code=("a", "b"))], "the same code"),
        (BASE, [review(gone(), gone(TABLET))], "less than was reviewed"),
        (review(gone(), new(TABLET, "bob")), [review(gone()), review(new(TABLET, "bob"))], "two pull requests"),
        (review(gone(), live=live(facts(serials=(PHONE, TABLET)))), [BASE], "no longer as bad"),
        (review(gone(PHONE.upper(), "Alice", name=PHONE), live=live(facts())), [BASE], "IAM knows no case"),
    ],
)
def test_what_was_reviewed_may_run(now: Report, then: list[Report], reason: str) -> None:
    assert against(now, *then) == [], reason


@pytest.mark.parametrize(
    ("now", "then", "says", "reason"),
    [
        (BASE, [], "(medium) was not reviewed", "nothing was"),
        (BASE, [review(kept(PHONE))], "(medium) was not reviewed", "nothing was removed then"),
        (BASE, [review(gone(TABLET))], "(medium) was not reviewed", "another device"),
        (BASE, [review(gone(PHONE, "bob"))], "(medium) was not reviewed", "another holder"),
        (BASE, [review(gone(name="other"))], "(medium) was not reviewed", "another resource"),
        (BASE, [review(new())], "(medium) was not reviewed", "a gain, not a loss"),
        (review(new(PHONE, "bob")), [review(gone(PHONE, "bob"))], "was not reviewed", "a loss, not a gain"),
        (review(gone(), live=live(facts(console_password=True))), [BASE], "(high) was medium then", "it is worse now"),
        (
            review(changed(held(active=False), renew="2", enables=True)),
            [review(new())],
            "was deactivated and is enabled again (medium) was not reviewed",
            "the same device for the same user at the same risk, and something else happens",
        ),
        (replace(BASE, code=("command",)), [BASE], "command runs code, which was not reviewed", "code that comes"),
        (
            review(step("update", held(), held(user="bob", active=None))),
            [BASE],
            "was not reviewed",
            "a move, of which bob's part is new",
        ),
    ],
)
def test_what_was_not_reviewed_is_said(now: Report, then: list[Report], says: str, reason: str) -> None:
    causes = against(now, *then)
    assert causes, reason
    assert all("\n" not in cause for cause in causes)
    assert any(says in cause for cause in causes), causes


def test_two_reviews_that_each_leave_a_device_do_not_add_up_to_none() -> None:
    both = live(facts(serials=(PHONE, TABLET)))
    then = [review(gone(), live=both), review(gone(TABLET), live=both)]
    assert {one.losses[0].risk for one in then} == {"low"}
    causes = against(review(gone(), gone(TABLET), live=both), *then)
    assert len(causes) == 2
    assert all(cause.endswith("(medium) was low then") for cause in causes)


def test_a_cause_names_holder_device_and_what_happens() -> None:
    assert against(BASE) == [f"alice, {PHONE}: deactivated (medium) was not reviewed"]


def test_the_worst_of_two_reviews_counts() -> None:
    worse = review(gone(), live=live(facts(console_password=True)))
    assert against(worse, BASE, worse) == against(worse, worse, BASE) == []


def test_another_stacks_review_is_none() -> None:
    document = json.loads(to_json(BASE)) | {"stack": "mfa/test"}
    assert len(not_reviewed(BASE, {"other.json": json.dumps(document)})) == 1


def test_a_review_that_could_not_assess_is_none() -> None:
    assert len(against(BASE, Report("pulumi", "mfa/prod", failure="the preview ended with exit code 255"))) == 1


def test_many_causes_are_counted() -> None:
    causes = against(review(*(gone(virtual(f"phone-{number}"), f"user-{number}") for number in range(30))))
    assert (len(causes), causes[-1]) == (11, "and 20 more")


GOOD: dict[str, Any] = json.loads(to_json(BASE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        json.dumps(GOOD | {"version": 2}),
        json.dumps(GOOD | {"losses": None}),
        json.dumps(GOOD | {"losses": [{}]}),
        json.dumps(GOOD | {"losses": [GOOD["losses"][0] | {"risk": "harmless"}]}),
        json.dumps(GOOD | {"losses": [GOOD["losses"][0] | {"serial_number": 5}]}),
        json.dumps(GOOD | {"stack": []}),
    ],
)
def test_what_is_no_review_is_an_error(text: str) -> None:
    with pytest.raises(
        MfaError,
        match=r"reading what was reviewed \(a\.json\): this version of `review --format json` did not write it; .* review the change again",
    ):
        not_reviewed(BASE, {"a.json": text})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a folder of what was reviewed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviewed" / "abc").mkdir(parents=True)
    return tmp_path


def gate(*arguments: str) -> int:
    return main(["review", str(PREVIEW), "--fail-on", "critical", "--format", "json", *arguments])


def test_the_gate_is_closed_until_it_was_reviewed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = gate()
    report = capsys.readouterr().out
    assert gate("--reviewed", "reviewed") == 3
    assert "the gate is closed: " in (said := capsys.readouterr().err) and said.endswith(" was not reviewed\n")
    (folder / "reviewed" / "abc" / "review.json").write_text(report)
    assert gate("--reviewed", "reviewed") == opened == 0
    assert gate("--reviewed", "reviewed/abc/review.json") == 0


@pytest.mark.parametrize("path", ["none", "", "latin.json"])
def test_what_cannot_be_read_was_not_reviewed(folder: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "latin.json").write_bytes(b"\xff")
    assert gate("--reviewed", path) == 1
    said = capsys.readouterr().err
    assert said.startswith("mfa-association: reading what was reviewed (") and said.count("\n") == 1
    assert said.endswith("; nothing in it counts as reviewed\n")
