"""Ctrl-C once and twice, and a CLI that is killed alone, in the middle of a create and of a delete."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .operations import DELETE, ENABLE, Boundary, Operation, Subject
from .scene import FaultyStack, Scene
from .table import Case, Ends
from .test_kills import rerun, wait_at

BOTH = pytest.mark.parametrize("operation", [ENABLE, DELETE], ids=["create", "delete"])


def _at_the_write(operation: Operation) -> dict[Boundary, Subject]:
    """Before and after the write of an operation."""
    place = next(place for place, call in enumerate(operation.calls) if call.startswith(("Enable", "Deactivate")))
    first, second = Boundary(operation, place, "before"), Boundary(operation, place, "after")
    return {first: Subject(operation, 0), second: Subject(operation, 1)}


def _told(ends: dict[Boundary, str]) -> str:
    return "; ".join(f"{boundary.when} {boundary.action}: {end}" for boundary, end in ends.items())


@BOTH
def test_ctrl_c_lets_what_is_under_way_finish(
    operation: Operation, box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    chunk = _at_the_write(operation)
    scene = Scene(box, stack, list(chunk.values()))
    running = wait_at(scene, chunk, drop=False)
    running.interrupt()
    running.wait_for(lambda: "^C received; cancelling" in running.text)
    box.clear_faults()
    assert running.end() != 0
    assert "error: update canceled" in running.text
    assert "Traceback" not in running.text
    scene.check()
    assert set(rerun(scene, chunk).values()) == {"rerun looks only"}
    ends.note(Case("Ctrl-C", operation.name), "what is under way is finished and recorded, nothing new begins")


@BOTH
def test_ctrl_c_twice_is_recovered_from(operation: Operation, box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    chunk = _at_the_write(operation)
    scene = Scene(box, stack, list(chunk.values()))
    running = wait_at(scene, chunk)
    running.interrupt()
    running.wait_for(lambda: "^C received; cancelling" in running.text)
    running.interrupt()
    assert running.end() != 0
    assert "^C received; terminating" in running.text
    assert stack.locks() == 0
    ends.note(Case("Ctrl-C twice", operation.name), _told(rerun(scene, chunk)))


@BOTH
def test_a_provider_that_outlives_its_cli_does_no_harm_to_the_rerun(
    operation: Operation, box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    chunk = _at_the_write(operation)
    scene = Scene(box, stack, list(chunk.values()))
    running = wait_at(scene, chunk, drop=False)
    running.kill_cli()
    try:
        seen = _told(rerun(scene, chunk))
    finally:
        running.kill_all()
    running.end()
    ends.note(Case("CLI killed alone, its provider lives on", operation.name), f"the provider ends its calls; {seen}")
