"""Ctrl-C once and twice, and a CLI that is killed alone, in the middle of creates and of deletes."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .cases import Case
from .operations import DELETE, ENABLE, Boundary, Subject
from .rerun import at_the_write, let_end, rerun, told, wait_at
from .scene import FaultyStack, Scene
from .table import Ends

CHUNKS = (at_the_write(ENABLE), at_the_write(DELETE, 2))

CANCELED = {ENABLE: "update", DELETE: "context"}
"""What the CLI says was canceled."""


@pytest.fixture
def scene(box: Sandbox, stack: FaultyStack) -> Scene:
    """Two users who are to get a device, and two who are to lose theirs."""
    return Scene(box, stack, [subject for chunk in CHUNKS for subject in chunk.values()])


def _note(ends: Ends, fault: str, chunk: dict[Boundary, Subject], end: str) -> None:
    ends.note(Case(fault, next(iter(chunk)).operation.name), end)


def test_ctrl_c_lets_what_is_under_way_finish(scene: Scene, ends: Ends) -> None:
    for chunk in CHUNKS:
        running = wait_at(scene, chunk, drop=False)
        running.interrupt()
        running.wait_for_text("^C received; cancelling")
        scene.box.clear_faults()
        assert running.end() != 0
        assert f"error: {CANCELED[next(iter(chunk)).operation]} canceled" in running.text
        assert "Traceback" not in running.text
        scene.check()
        assert set(rerun(scene, chunk).values()) == {"looks only"}
        _note(ends, "Ctrl-C", chunk, "what is under way is finished and recorded")


def test_ctrl_c_twice_is_recovered_from(scene: Scene, ends: Ends) -> None:
    for chunk in CHUNKS:
        running = wait_at(scene, chunk)
        running.interrupt()
        running.wait_for_text("^C received; cancelling")
        running.interrupt()
        assert running.end() != 0
        assert "^C received; terminating" in running.text
        assert scene.stack.locks() == 0
        _note(ends, "Ctrl-C twice", chunk, told(rerun(scene, chunk)))


def test_a_provider_that_outlives_its_cli_does_no_harm_to_the_rerun(scene: Scene, ends: Ends) -> None:
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
