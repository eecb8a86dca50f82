"""kill -9 of the provider, and of the CLI with all that it started, while calls wait at their boundaries."""

from __future__ import annotations

from .cases import Case
from .operations import Boundary, Subject
from .rerun import rerun, wait_at
from .scene import Scene
from .table import Ends

VICTIMS = ("provider", "CLI")


def kill_at_each(scene: Scene, chunks: list[dict[Boundary, Subject]], victim: str, ends: Ends) -> None:
    """A run is killed at the boundaries of each chunk, and what the rerun did is noted."""
    for chunk in chunks:
        (_kill_provider if victim == "provider" else _kill_cli)(scene, chunk)
        for boundary, end in rerun(scene, chunk).items():
            ends.note(Case(f"{victim} killed {boundary.when}", boundary.operation.name, boundary.call), end)
    scene.check_settled()


def _kill_provider(scene: Scene, chunk: dict[Boundary, Subject]) -> None:
    running = wait_at(scene, chunk)
    before = scene.stack.outputs()
    running.kill_provider()
    assert running.end() != 0
    assert any(words in running.text for words in scene.stack.crash), running.text
    assert (scene.stack.outputs(), scene.stack.locks()) == (before, 0)


def _kill_cli(scene: Scene, chunk: dict[Boundary, Subject]) -> None:
    running = wait_at(scene, chunk)
    before = scene.stack.outputs()
    running.kill_all()
    running.end()
    assert (scene.stack.outputs(), scene.stack.locks()) == (before, scene.stack.left_locked)
