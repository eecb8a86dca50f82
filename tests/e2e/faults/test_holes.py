"""What no engine can know, on Pulumi."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox

from . import holes
from .holes import after_the_write, cut_short
from .operations import DELETE, ENABLE, MOVE
from .scene import FaultyStack
from .table import Ends


def test_a_create_and_moves_are_done_but_not_recorded(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    scene = cut_short(box, stack, after_the_write(ENABLE, 0) | after_the_write(MOVE, 1))
    _assert_locked(stack)
    assert "mfa/phone00, interrupted while creating" in holes.put_back_a_create_and_a_move(scene, ends)


def test_a_move_is_done_and_its_line_removed(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    holes.remove_a_moved_line(cut_short(box, stack, after_the_write(MOVE)), ends)


def test_a_delete_is_done_and_its_line_put_back(box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    holes.put_back_a_deleted_line(cut_short(box, stack, after_the_write(DELETE)), ends)


def _assert_locked(stack: FaultyStack) -> None:
    """What the CLI says until the lock of the killed one is removed."""
    locked = stack.up()
    assert locked.code != 0
    assert "the stack is currently locked by 1 lock(s)" in locked.text
    assert "`pulumi cancel`" in locked.text
