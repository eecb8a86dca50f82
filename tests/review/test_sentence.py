"""The sentence counts everybody, and the caution says of how many it is true."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.findings import plain
from mfa_association.review.sentence import consequence, sentence

from .make import KEY, PHONE, TABLET, facts, gone, kept, live, new, review

YES: dict[str, Any] = {"console_password": True}


def only(serial: str, user: str) -> Any:
    return facts(user, (serial,), **YES)


@pytest.mark.parametrize(
    ("steps", "asked", "said", "reason"),
    [
        ([], None, "No MFA device is removed.", "nothing"),
        ([gone(), kept(TABLET)], None, "1 user loses an MFA device; another one stays.", "one of two"),
        (
            [gone(), gone(KEY, "bob"), gone("GAHT12345678", "carol"), kept(TABLET)],
            None,
            "3 users lose an MFA device; 2 may be left with none.",
            "the one who keeps another is counted too",
        ),
        (
            [gone(), gone("GAHT12345678", "carol")],
            live(only(PHONE, "alice"), facts("carol", ("GAHT12345678",), active_access_keys=0)),
            "2 users lose an MFA device; all would be left with none, 1 could sign in with a password alone.",
            "a leaver is counted too, and cannot sign in",
        ),
        (
            [gone()],
            live(facts(active_access_keys=0)),
            "1 user loses an MFA device and would be left with none.",
            "a leaver alone",
        ),
        (
            [gone()],
            live(only(PHONE, "alice")),
            "1 user loses an MFA device and would be left with none, and could sign in with a password alone.",
            "somebody with a password",
        ),
        ([gone()], live(facts(serials=())), "No MFA device is removed.", "AWS says that she does not hold it"),
        ([gone(), new(name="b")], None, "1 user loses an MFA device and may be left with none.", "no set order"),
    ],
)
def test_everybody_is_counted(steps: list[Any], asked: Any, said: str, reason: str) -> None:
    assert sentence(review(*steps, live=asked)) == said, reason


def test_the_caution_says_of_how_many_it_is_true() -> None:
    names = [f"user{number:03}" for number in range(146)]
    steps = [gone(f"GAHT{name:0>8}", name) for name in names]
    asked = live(*(facts(name, (f"GAHT{name:0>8}",), console_password=True, administrator="yes") for name in names))
    said = consequence(review(*steps, live=asked))
    assert said is not None and plain(said) == (
        "user000 and 145 others could sign in to the AWS console with their passwords alone,"
        " with the rights of an administrator."
    )


def test_two_meanings_are_not_counted_together() -> None:
    asked = live(only(PHONE, "alice"), facts("bob", ("GAHT12345678",), administrator="yes"))
    said = consequence(review(gone(), gone("GAHT12345678", "bob"), live=asked))
    assert said is not None and plain(said) == "alice could sign in to the AWS console with a password alone."
