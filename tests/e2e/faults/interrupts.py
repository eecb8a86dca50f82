"""Ctrl-C once and twice, and a CLI that is killed alone, in the middle of creates and of deletes."""

from __future__ import annotations

from .cases import Case
from .operations import DELETE, ENABLE, Boundary, Subject
from .rerun import at_the_write, let_end, rerun, told, wait_at
from .scene import Scene
from .table import Ends

CHUNKS = (at_the_write(ENABLE), at_the_write(DELETE, 2))
SUBJECTS = [subject for chunk in CHUNKS for subject in chunk.values()]
"""Two users who are to get a device, and two who are to lose theirs."""


def _note(ends: Ends, fault: str, chunk: dict[Boundary, Subject], end: str) -> None:
    ends.note(Case(fault, next(iter(chunk)).operation.name), end)


def interrupt_once(scene: Scene, ends: Ends) -> None:
    """Ctrl-C lets what is under way finish."""
    for chunk in CHUNKS:
        running = wait_at(scene, chunk, drop=False)
        running.interrupt()
        running.wait_for_text(scene.stack.interrupted)
        scene.box.clear_faults()
        assert running.end() != 0
        assert scene.stack.canceled(next(iter(chunk)).operation) in running.text
        assert "Traceback" not in running.text
        scene.check()
        assert set(rerun(scene, chunk).values()) == {"looks only"}
        _note(ends, "Ctrl-C", chunk, "what is under way is finished and recorded")


def interrupt_twice(scene: Scene, ends: Ends) -> None:
    """Ctrl-C twice ends at once, and the rerun recovers."""
    for chunk in CHUNKS:
        running = wait_at(scene, chunk)
        running.interrupt()
        running.wait_for_text(scene.stack.interrupted)
        running.interrupt()
        assert running.end() != 0
        assert scene.stack.terminated in running.text
        assert scene.stack.locks() == 0
        _note(ends, "Ctrl-C twice", chunk, told(rerun(scene, chunk)))


def outlive_the_cli(scene: Scene, ends: Ends) -> None:
    """A provider that outlives its CLI does no harm to the rerun."""
    for chunk in CHUNKS:
        running = wait_at(scene, chunk, drop=False)
        running.kill_cli()
        let_end(scene, chunk)
        try:
            seen = told(rerun(scene, chunk))
        finally:
            running.kill_all()
        running.end()
        _note(ends, "CLI killed alone, its provider lives on", chunk, f"the provider ends its calls; {seen}")
