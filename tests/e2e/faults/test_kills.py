"""kill -9 of the provider, and of the CLI with all that it started, before and after every AWS call."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .cases import Case
from .operations import COMMANDS, Boundary, Subject, groups
from .rerun import rerun, wait_at
from .scene import FaultyStack, Scene
from .table import Ends


@pytest.mark.parametrize("victim", ["provider", "CLI"])
@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.timeout(900)
def test_killed_before_and_after_each_call(
    verbs: tuple[str, ...], victim: str, box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    chunks = groups(verbs)
    scene = Scene(box, stack, [subject for chunk in chunks for subject in chunk.values()])
    for chunk in chunks:
        kill = _kill_provider if victim == "provider" else _kill_cli
        for boundary, end in kill(scene, chunk).items():
            ends.note(Case(f"{victim} killed {boundary.when}", boundary.operation.name, boundary.call), end)
    scene.check_settled()


def _kill_provider(scene: Scene, chunk: dict[Boundary, Subject]) -> dict[Boundary, str]:
    running = wait_at(scene, chunk)
    before = scene.stack.outputs()
    running.kill_provider()
    assert running.end() != 0
    assert "error reading from server: " in running.text
    assert (scene.stack.outputs(), scene.stack.locks()) == (before, 0)
    return rerun(scene, chunk)


def _kill_cli(scene: Scene, chunk: dict[Boundary, Subject]) -> dict[Boundary, str]:
    running = wait_at(scene, chunk)
    before = scene.stack.outputs()
    running.kill_all()
    running.end()
    assert (scene.stack.outputs(), scene.stack.locks()) == (before, 1)
    return rerun(scene, chunk)
