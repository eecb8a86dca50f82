"""A dropped answer on every AWS call, before and after its effect, in one run."""

from __future__ import annotations

from collections.abc import Iterable

from mfa_association.sandbox import Sandbox

from .cases import Case
from .operations import Boundary, Subject, boundaries
from .scene import WRITES, Changing, Scene
from .table import Ends


def lose_each_answer(box: Sandbox, stack: Changing, verbs: Iterable[str], ends: Ends) -> None:
    """Each answer that the verbs get is lost once, and the same run settles it."""
    found = [boundary for verb in verbs for boundary in boundaries(verb)]
    chunk = {boundary: Subject(boundary.operation, number) for number, boundary in enumerate(found)}
    scene = Scene(box, stack, list(chunk.values()))
    env = scene.begin(chunk.values())
    dropped = scene.faults({boundary: subject for boundary, subject in chunk.items() if boundary.whose}, drop=True)
    dropped += _drop_once_for_all(box, found)
    done = stack.change(found[0].operation.command, **env)
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    scene.check()
    assert dropped == sum(call.error == "Dropped" for call in box.log()), "every fault struck"
    for boundary, subject in chunk.items():
        case = Case(f"answer lost {boundary.when}", boundary.operation.name, boundary.call)
        ends.note(case, _end(scene, boundary, subject))
    scene.check_settled()


def _drop_once_for_all(box: Sandbox, found: list[Boundary]) -> int:
    """Drop the answer to a call that the process makes once for all, and to its second try."""
    calls = dict.fromkeys((boundary.action, boundary.when) for boundary in found if not boundary.whose)
    for action, when in calls:
        box.fault(action, when=when, nth=1 if when == "before" else 2, drop=True)
    return len(calls)


def _end(scene: Scene, boundary: Boundary, subject: Subject) -> str:
    if boundary.action not in WRITES:
        return "asks again"
    tries = [error for action, error in scene.writes(subject) if action == boundary.action]
    assert tries[0] == "Dropped"
    ends: dict[tuple[str | None, ...], str] = {
        (None,): "looks, writes again",
        (): "looks, finds it done",
        ("NoSuchEntity",): "calls again, finds it done",
    }
    return ends.get(tuple(tries[1:]), "?")
