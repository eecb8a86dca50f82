"""The list of calls is the real one: a call that is added to the lifecycle must be added to the faults."""

from __future__ import annotations

from mfa_association.sandbox import Call, Sandbox

from .operations import OPERATIONS, Subject
from .scene import FaultyStack, Scene


def test_an_undisturbed_run_makes_exactly_the_calls_that_are_disturbed(box: Sandbox, stack: FaultyStack) -> None:
    subjects = [Subject(operation, number) for number, operation in enumerate(OPERATIONS)]
    scene = Scene(box, stack, subjects)
    for subject in subjects:
        env = scene.begin([subject])
        options = (
            ["--target", f"**{subject.serial.rpartition(':')[2]}"] if subject.operation.command == "refresh" else []
        )
        done = stack.run(subject.operation.command, "--yes", "--skip-preview", "--non-interactive", *options, **env)
        assert done.code == 0, done.text
        assert tuple(_told(call, subject) for call in box.log()) == subject.operation.calls, subject.operation.name
        scene.check()
    scene.check_settled()


def _told(call: Call, subject: Subject) -> str:
    whose = {subject.user(who): f" {who}" for who in ("holder", "heir")}
    assert call.serial in (None, subject.serial)
    return f"{call.action}{whose[call.user] if call.user else ''}"
