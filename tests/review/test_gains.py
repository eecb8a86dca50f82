"""Who gains a device, and how bad that is: an attacker adds a phone before taking one away."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.facts import Holder
from mfa_association.review.gains import is_same_person
from mfa_association.review.model import GrantStep
from mfa_association.review.sentence import sentence

from .make import DENIED, PHONE, TABLET, changed, facts, held, kept, live, new, review


def administrator(user: str = "alice") -> GrantStep:
    return GrantStep("admin", "aws:iam/userPolicy:UserPolicy", "create", "administrator", user)


def password(user: str = "alice") -> GrantStep:
    return GrantStep("password", "aws:iam/userLoginProfile:UserLoginProfile", "create", "password", user)


NOBODY = facts(serials=())


@pytest.mark.parametrize(
    ("risk", "steps", "context", "reason"),
    [
        ("low", [new(enables=True)], {"live": live(NOBODY)}, "no administrator, with codes"),
        ("medium", [new()], {"live": live(NOBODY)}, "declared, but not active"),
        ("medium", [new(enables=True)], {}, "whether an administrator is not known"),
        ("medium", [new(enables=True)], {"live": live(facts(serials=(), administrator=DENIED))}, "not known"),
        ("high", [new(enables=True)], {"live": live(facts(serials=(), administrator="yes"))}, "an administrator"),
        (
            "high",
            [new(enables=True)],
            {"live": live(facts(serials=(), administrator="not fully determined"))},
            "perhaps an administrator",
        ),
        ("high", [new(enables=True), administrator()], {"live": live(NOBODY)}, "an administrator from now on"),
        ("high", [new(root="222233334444")], {}, "the root user"),
        ("high", [new(enables=True)], {"live": live(NOBODY), "author": "Alice"}, "one's own line"),
        ("critical", [new(enables=True), administrator()], {"author": "alice"}, "one's own line, administrator"),
        ("low", [new(enables=True)], {"live": live(NOBODY), "author": "bob"}, "somebody else's line"),
        ("high", [new(enables=True)], {"live": live(NOBODY), "author": ["bot", "Alice", "bob"]}, "one of many authors"),
        ("low", [new(enables=True)], {"live": live(NOBODY), "author": ["bot", "bob"]}, "none of many authors"),
        ("info", [new()], {"live": live(facts(administrator="yes")), "author": "alice"}, "held already: recorded only"),
        ("medium", [new(user=None)], {}, "nobody knows for whom"),
    ],
)
def test_an_added_device(risk: str, steps: list[Any], context: dict[str, Any], reason: str) -> None:
    (finding,) = review(*steps, **context).gains
    assert (finding.kind, finding.risk) == ("added", risk), reason


@pytest.mark.parametrize(
    ("kind", "risk", "step", "reason"),
    [
        ("seed-changed", "medium", changed(held(), seed_source="env:SEED"), "a seed source is new"),
        ("seed-changed", "medium", changed(held(seed_source="ssm:/a"), seed_source="ssm:/b"), "another one"),
        ("enabled-again", "medium", changed(held(active=False), renew="2", enables=True), "it was deactivated"),
        ("enabled-again", "info", changed(held(), renew="2", enables=True), "only brought back in step"),
        ("guard-changed", "low", changed(held(on_last_device="refuse"), on_last_device="warn"), "a guard is loosened"),
    ],
)
def test_a_changed_line(kind: str, risk: str, step: Any, reason: str) -> None:
    report = review(step)
    assert [(one.kind, one.risk) for one in report.gains] == [(kind, risk)], reason
    assert sentence(report) == "No MFA device is removed."


@pytest.mark.parametrize(
    "step",
    [
        changed(held(seed_source="env:SEED"), seed_source=None),
        changed(held(), renew="2"),
        changed(held(on_last_device="warn"), on_last_device="refuse"),
        changed(held(), role_arn="arn:aws:iam::111122223333:role/other"),
    ],
)
def test_a_line_that_gives_nothing(step: Any) -> None:
    assert review(step).gains == ()


@pytest.mark.parametrize(
    ("risk", "steps", "context", "reason"),
    [
        ("high", [password()], {"live": live(NOBODY)}, "AWS says that there is no device"),
        ("critical", [password(), administrator()], {"live": live(NOBODY)}, "an administrator without a device"),
        ("medium", [password()], {}, "the code declares no device, AWS was not asked"),
        (None, [password()], {"live": live(facts())}, "there is a device"),
        (None, [password()], {"live": live(facts(serials=(), exists=False))}, "there is no such user"),
        (None, [password(), kept(TABLET)], {}, "the code declares a device"),
        (None, [password(), new(enables=True)], {"live": live(NOBODY)}, "a device comes along"),
    ],
)
def test_a_password_for_whoever_has_no_device(
    risk: str | None, steps: list[Any], context: dict[str, Any], reason: str
) -> None:
    found = [one.risk for one in review(*steps, **context).gains if one.kind == "password-given"]
    assert found == ([risk] if risk else []), reason


@pytest.mark.parametrize(
    ("author", "user", "same"),
    [
        ("alice", "Alice", True),
        ("alice-smith", "alice.smith@example.com", True),
        ("alice", "alicia", False),
        ("alice", None, False),
        (None, "alice", False),
        ("---", "...", False),
    ],
)
def test_who_is_the_same_person(author: str | None, user: str | None, same: bool) -> None:
    assert is_same_person(author, Holder(user) if user else None) is same


def test_the_line_of_the_new_roster_is_told() -> None:
    from mfa_association.review.model import SourceLocation

    place = SourceLocation("roster.yaml", 7)
    (finding,) = review(new(enables=True), head={PHONE.lower(): place}).gains
    assert finding.place == place


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (new(enables=True), "no administrator"),
        (new(), "nothing shows that it is theirs; no administrator"),
        (changed(held(user="bob"), holder=Holder("alice"), enables=True), "it changes hands; no administrator"),
        (changed(held(), seed_source="env:SEED"), "a new source of codes; no administrator"),
        (changed(held(active=False), renew="2", enables=True), "somebody deactivated it; no administrator"),
    ],
)
def test_why_a_gain_is_rated_so(step: Any, why: str) -> None:
    (finding,) = review(step, live=live(NOBODY, facts("bob"))).gains
    assert finding.why == (why,)
