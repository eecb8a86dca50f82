"""A dropped answer on every AWS call, before and after its effect: the same run settles it."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .operations import VERBS, Boundary, Subject, boundaries
from .scene import QUIET, WRITES, FaultyStack, Scene
from .table import Case, Ends


@pytest.mark.parametrize("verb", VERBS)
def test_an_answer_lost_at_each_call(verb: str, box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    chunk = {boundary: Subject(boundary.operation, number) for number, boundary in enumerate(boundaries(verb))}
    scene = Scene(box, stack, list(chunk.values()))
    env = scene.begin(chunk.values())
    for boundary, subject in chunk.items():
        first = {} if boundary.whose else {"nth": 1 if boundary.when == "before" else 2}
        scene.fault(boundary, subject, drop=True, **first)
    done = stack.run(VERBS[verb][0].command, *QUIET, **env)
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    scene.check()
    dropped = [call for call in box.log() if call.error == "Dropped"]
    assert len(dropped) == len(chunk), "every fault struck"
    for boundary, subject in chunk.items():
        ends.note(
            Case(f"answer lost {boundary.when}", boundary.operation.name, boundary.call), _end(scene, boundary, subject)
        )
    scene.check_settled()


def _end(scene: Scene, boundary: Boundary, subject: Subject) -> str:
    if boundary.action not in WRITES:
        return "asks again"
    tries = [error for action, error in scene.writes(subject) if action == boundary.action]
    assert tries[0] == "Dropped"
    return "looks, writes again" if tries[1:] == [None] else "looks, finds it done" if not tries[1:] else "?"
