"""What no engine can know: a run was killed after its write, and the line is back or gone before the rerun."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.e2e.stack import ACCOUNT

from .cases import BACK, REMOVED, Case
from .operations import DELETE, ENABLE, MOVE
from .rerun import after_the_write, cut_short
from .scene import STEADY, FaultyStack
from .table import Ends


def test_a_create_and_moves_are_done_but_not_recorded(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    chunk = after_the_write(ENABLE, 0) | after_the_write(MOVE, 1)
    scene = cut_short(box, stack, chunk)
    created, moved = scene.subjects
    _assert_locked(stack)
    scene.put_back()
    done = stack.recover()
    assert done.code == 0, done.text
    assert "mfa/phone00, interrupted while creating" in done.text
    told = stack.refresh()
    assert told.code == 0, told.text
    assert f"{moved.serial} is declared for holder01 but held by heir01" in told.text
    assert scene.state() == {moved.serial: ("holder01", False), STEADY: ("steady", True)}
    held = box.holders(ACCOUNT)
    assert (held["holder00"], held["heir01"], held.get("holder01")) == ([created.serial], [moved.serial], None)
    ends.note(Case(BACK, ENABLE.name), "stays active, in no state")
    ends.note(
        Case(BACK, MOVE.name), "stays the new holder's: the next refresh says so, and the state has it as inactive"
    )


def test_a_move_is_done_and_its_line_removed(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    scene = cut_short(box, stack, after_the_write(MOVE))
    (moved,) = scene.subjects
    stack.lines(steady=[STEADY])
    done = stack.recover()
    assert done.code == 0, done.text
    assert f"{moved.serial} is held by heir00 now and was left alone" in done.text
    assert scene.state() == {STEADY: ("steady", True)}
    assert box.holders(ACCOUNT)["heir00"] == [moved.serial]
    ends.note(Case(REMOVED, MOVE.name), "stays the new holder's, in no state: the run warns and names the holder")


def test_a_delete_is_done_and_its_line_put_back(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    scene = cut_short(box, stack, after_the_write(DELETE))
    (deleted,) = scene.subjects
    scene.put_back()
    assert stack.recover().code == 0
    told = stack.refresh()
    assert told.code == 0, told.text
    assert scene.state() == {deleted.serial: ("holder00", False), STEADY: ("steady", True)}
    assert "holder00" not in box.holders(ACCOUNT)
    assert "EnableMFADevice" not in box.calls()
    ends.note(Case(BACK, DELETE.name), "stays inactive: the next refresh says so, nothing is enabled again")


def _assert_locked(stack: FaultyStack) -> None:
    """What the CLI says until the lock of the killed one is removed."""
    locked = stack.up()
    assert locked.code != 0
    assert "the stack is currently locked by 1 lock(s)" in locked.text
    assert "`pulumi cancel`" in locked.text
