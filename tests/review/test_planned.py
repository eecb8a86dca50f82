"""What live reads have to look at: what would be written at AWS, and whom the review tells of."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.model import UserStep
from mfa_association.review.planned import affected, planned

from .make import PHONE, TABLET, changed, gone, held, kept, new, preview, step

DELETED = UserStep("user", "aws:iam/user:User", "delete", "frank", takes_devices=True)


@pytest.mark.parametrize(
    ("steps", "written", "told"),
    [
        ([gone()], [("remove", "alice", PHONE)], ["alice"]),
        ([new(enables=True)], [("add", "alice", PHONE)], ["alice"]),
        ([kept(PHONE)], [], []),
        ([gone(skipped_because="it is retained")], [], ["alice"]),
        ([changed(held(), holder=held(user="bob").holder)], [("move", "bob", PHONE)], ["alice", "bob"]),
        ([changed(held(), renew="2", enables=True)], [("add", "alice", PHONE)], ["alice"]),
        ([changed(held(), seed_source="env:SEED")], [], ["alice"]),
        ([changed(held(on_last_device="refuse"), on_last_device="allow")], [], ["alice"]),
        ([changed(held(), role_arn="arn:aws:iam::111122223333:role/x")], [], []),
        ([step("unknown", held(), raw_op="zap")], [("remove", "alice", PHONE)], ["alice"]),
        ([new(name="b"), gone(name="a")], [("add", "alice", PHONE)], ["alice"]),
        ([gone(name="a"), new(name="b")], [("remove", "alice", PHONE), ("add", "alice", PHONE)], ["alice"]),
        ([new(TABLET, "bob"), gone()], [("add", "bob", TABLET), ("remove", "alice", PHONE)], ["alice", "bob"]),
        ([DELETED], [("remove", "frank", None)], ["frank"]),
    ],
)
def test_what_is_written_and_who_is_told_of(steps: list[Any], written: list[Any], told: list[str]) -> None:
    found = preview(*steps)
    assert [(one.what, str(one.holder), one.serial_number) for one in planned(found)] == written
    assert [str(holder) for holder in affected(found)] == told


def test_who_loses_by_a_move_and_how_it_is_enabled() -> None:
    (move,) = planned(preview(changed(held(), holder=held(user="bob").holder, enables=True)))
    assert (str(move.previous), move.enables, move.kind, move.active) == ("alice", True, "virtual", True)
