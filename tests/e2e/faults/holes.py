"""What no engine can know: a run was killed after its write, and the line is back or gone before the rerun."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT

from .cases import BACK, REMOVED, Case
from .operations import DELETE, ENABLE, MOVE, Boundary, Operation, Subject
from .rerun import at_the_write, let_go, wait_at
from .scene import STEADY, Changing, Scene
from .table import Ends


def after_the_write(operation: Operation, number: int = 0) -> dict[Boundary, Subject]:
    """After the last write of an operation on this subject."""
    (_, after) = at_the_write(operation)
    return {after: Subject(operation, number)}


def cut_short(box: Sandbox, stack: Changing, chunk: dict[Boundary, Subject]) -> Scene:
    """The engine and all that it started were killed once the writes were done."""
    scene = Scene(box, stack, list(chunk.values()))
    running = wait_at(scene, chunk)
    running.kill_all()
    running.end()
    let_go(scene)
    return scene


def put_back_a_create_and_a_move(scene: Scene, ends: Ends) -> str:
    """Returns what the rerun said."""
    created, moved = scene.subjects
    scene.put_back()
    done = _ended_well(scene, "up")
    told = _ended_well(scene, "refresh")
    assert f"{moved.serial} is declared for holder01 but held by heir01" in told
    assert scene.state() == {moved.serial: ("holder01", False), STEADY: ("steady", True)}
    held = scene.box.holders(ACCOUNT)
    assert (held["holder00"], held["heir01"], held.get("holder01")) == ([created.serial], [moved.serial], None)
    ends.note(Case(BACK, ENABLE.name), "stays active, in no state")
    ends.note(
        Case(BACK, MOVE.name), "stays the new holder's: the next refresh says so, and the state has it as inactive"
    )
    return done


def remove_a_moved_line(scene: Scene, ends: Ends) -> None:
    """The move was done."""
    (moved,) = scene.subjects
    scene.stack.lines(steady=[STEADY])
    done = _ended_well(scene, "up")
    assert f"{moved.serial} is now assigned to heir00 and was not changed" in done
    assert scene.state() == {STEADY: ("steady", True)}
    assert scene.box.holders(ACCOUNT)["heir00"] == [moved.serial]
    ends.note(Case(REMOVED, MOVE.name), "stays the new holder's, in no state: the run warns and names the holder")


def put_back_a_deleted_line(scene: Scene, ends: Ends) -> None:
    """The delete was done."""
    (deleted,) = scene.subjects
    scene.put_back()
    _ended_well(scene, "up")
    _ended_well(scene, "refresh")
    assert scene.state() == {deleted.serial: ("holder00", False), STEADY: ("steady", True)}
    assert "holder00" not in scene.box.holders(ACCOUNT)
    assert "EnableMFADevice" not in scene.box.calls()
    ends.note(Case(BACK, DELETE.name), "stays inactive: the next refresh says so, nothing is enabled again")


def _ended_well(scene: Scene, command: str) -> str:
    done = scene.stack.recover(command)
    assert done.code == 0, done.text
    return " ".join(done.text.split())
