"""kill -9 of the provider, and of the CLI with all that it started, before and after every AWS call."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .operations import VERBS, Boundary, Subject, boundaries
from .processes import Running
from .scene import QUIET, FaultyStack, Scene, groups
from .table import Case, Ends

WORDS = {
    ("EnableMFADevice", None): "enables",
    ("DeactivateMFADevice", None): "deactivates",
    ("DeactivateMFADevice", "NoSuchEntity"): "finds it inactive",
}


@pytest.mark.parametrize("victim", ["provider", "CLI"])
@pytest.mark.parametrize("verb", VERBS)
def test_killed_before_and_after_each_call(
    verb: str, victim: str, box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    chunks = groups(boundaries(verb))
    scene = Scene(box, stack, [subject for chunk in chunks for subject in chunk.values()])
    for chunk in chunks:
        kill = _kill_provider if victim == "provider" else _kill_cli
        for boundary, end in kill(scene, chunk).items():
            ends.note(Case(f"{victim} killed {boundary.when}", boundary.operation.name, boundary.call), end)
    scene.check_settled()


def test_a_killed_cli_leaves_a_lock_that_says_what_to_do(box: Sandbox, stack: FaultyStack) -> None:
    chunk = groups(boundaries("create"))[0]
    scene = Scene(box, stack, list(chunk.values()))
    wait_at(scene, chunk).kill_all()
    locked = stack.up()
    assert locked.code != 0
    assert "the stack is currently locked by 1 lock(s)" in locked.text
    assert "`pulumi cancel`" in locked.text
    rerun(scene, chunk)


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


def wait_at(scene: Scene, chunk: dict[Boundary, Subject], *, drop: bool = True) -> Running:
    """Start the command and wait until a call waits in the sandbox at each of the boundaries."""
    command = next(iter(chunk)).operation.command
    env = scene.begin(chunk.values())
    for boundary, subject in chunk.items():
        scene.fault(boundary, subject, delay=60, drop=drop)
    running = scene.stack.start(command, *QUIET, **env)
    running.wait_for(lambda: sum(scene.box.waiting().values()) == len(chunk))
    return running


def rerun(scene: Scene, chunk: dict[Boundary, Subject]) -> dict[Boundary, str]:
    """Recover with fresh codes and check; returns what was written about each."""
    command = next(iter(chunk)).operation.command
    scene.box.clear_faults()
    while scene.box.waiting():
        pass
    scene.box.reset_calls()
    done = scene.stack.recover(command, **scene.codes(chunk.values()))
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    scene.check()
    return {boundary: f"rerun {_did(scene, subject)}" for boundary, subject in chunk.items()}


def _did(scene: Scene, subject: Subject) -> str:
    seen = [WORDS[write] for write in scene.writes(subject) if write[1] != "Dropped"]
    return ", ".join(seen) or "looks only"
