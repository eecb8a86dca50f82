"""A command that waits at chosen calls, and the rerun after it was cut short there."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tests.support.processes import Running

from .operations import Boundary, Operation, Subject
from .scene import Scene

WORDS = {
    ("EnableMFADevice", None): "enables",
    ("DeactivateMFADevice", None): "deactivates",
    ("DeactivateMFADevice", "NoSuchEntity"): "finds it inactive",
}


def at_the_write(operation: Operation, first: int = 0) -> dict[Boundary, Subject]:
    """Before and after the last write of an operation; ``first`` is the number of the first subject."""
    (*_, place) = (place for place, call in enumerate(operation.calls) if call.startswith(("Enable", "Deactivate")))
    before, after = Boundary(operation, place, "before"), Boundary(operation, place, "after")
    return {before: Subject(operation, first), after: Subject(operation, first + 1)}


def wait_at(scene: Scene, chunk: dict[Boundary, Subject], *, drop: bool = True) -> Running:
    """Start the command and wait until a call waits in the sandbox at each of the boundaries."""
    env = scene.begin(chunk.values())
    strikes = scene.faults(chunk, delay=60, drop=drop)
    running = scene.stack.start(_command(chunk), **env)
    running.wait_for(lambda: sum(scene.box.waiting().values()) == strikes)
    return running


def rerun(scene: Scene, chunk: dict[Boundary, Subject]) -> dict[Boundary, str]:
    """Recover with fresh codes and check; returns what was written about each."""
    let_go(scene)
    scene.box.reset_calls()
    done = scene.stack.recover(_command(chunk), **scene.codes(chunk.values()))
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    scene.check()
    return {boundary: _did(scene, subject) for boundary, subject in chunk.items()}


def let_go(scene: Scene) -> None:
    """End all faults, and wait until nothing waits."""
    scene.box.clear_faults()
    while scene.box.waiting():
        time.sleep(0.02)


def let_end(scene: Scene, chunk: dict[Boundary, Subject]) -> None:
    """End all faults, and wait until the calls at these boundaries have been answered."""
    let_go(scene)
    while any(not scene.writes(subject) for subject in chunk.values()):
        time.sleep(0.02)


def told(ends: dict[Boundary, str]) -> str:
    """What reruns did, as one end."""
    return "; ".join(f"{boundary.when} {boundary.action}: {end}" for boundary, end in ends.items())


def _command(chunk: Iterable[Boundary]) -> str:
    return next(iter(chunk)).operation.command


def _did(scene: Scene, subject: Subject) -> str:
    seen = [WORDS[write] for write in scene.writes(subject) if write[1] != "Dropped"]
    return ", ".join(seen) or "looks only"
