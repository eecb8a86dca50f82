"""What no engine can know: a run was killed after its write, and the line is back or gone before the rerun."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.e2e.stack import ACCOUNT

from .cases import Case
from .operations import DELETE, ENABLE, MOVE, Boundary, Operation, Subject
from .rerun import at_the_write, let_go, wait_at
from .scene import STEADY, FaultyStack, Scene
from .table import Ends

BACK, REMOVED = "killed, and the line put back before the rerun", "killed, and the line removed before the rerun"


def _after_the_write(operation: Operation, number: int = 0) -> dict[Boundary, Subject]:
    (_, after) = at_the_write(operation)
    return {after: Subject(operation, number)}


def _cut_short(box: Sandbox, stack: FaultyStack, chunk: dict[Boundary, Subject]) -> Scene:
    """The CLI and all that it started were killed once the writes were done."""
    scene = Scene(box, stack, list(chunk.values()))
    running = wait_at(scene, chunk)
    running.kill_all()
    running.end()
    let_go(scene)
    return scene


def test_a_create_and_moves_are_done_but_not_recorded(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    chunk = _after_the_write(ENABLE, 0) | _after_the_write(MOVE, 1)
    scene = _cut_short(box, stack, chunk)
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
    scene = _cut_short(box, stack, _after_the_write(MOVE))
    (moved,) = scene.subjects
    stack.lines(steady=[STEADY])
    done = stack.recover()
    assert done.code == 0, done.text
    assert f"{moved.serial} is held by heir00 now and was left alone" in done.text
    assert scene.state() == {STEADY: ("steady", True)}
    assert box.holders(ACCOUNT)["heir00"] == [moved.serial]
    ends.note(Case(REMOVED, MOVE.name), "stays the new holder's, in no state: the run warns and names the holder")


def test_a_delete_is_done_and_its_line_put_back(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    scene = _cut_short(box, stack, _after_the_write(DELETE))
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
