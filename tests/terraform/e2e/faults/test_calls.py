"""The calls that are disturbed are the ones that an undisturbed run makes, by this engine too."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Call, Sandbox
from tests.e2e.faults.operations import COMMANDS, VERBS, Subject
from tests.e2e.faults.scene import Scene

from .changing import FaultyProject


@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
def test_an_undisturbed_run_makes_exactly_the_calls_that_are_disturbed(
    verbs: tuple[str, ...], box: Sandbox, project: FaultyProject
) -> None:
    operations = [operation for verb in verbs for operation in VERBS[verb]]
    subjects = [Subject(operation, number) for number, operation in enumerate(operations)]
    scene = Scene(box, project, subjects)
    env = scene.begin(subjects)
    done = project.change(operations[0].command, **env)
    assert done.code == 0, done.text
    for subject in subjects:
        told = tuple(filter(None, (_told(call, subject) for call in box.log())))
        wanted = tuple(call for call in subject.operation.calls if " " in call)
        assert told == wanted, subject.operation.name
    once = {call for operation in operations for call in operation.calls if " " not in call}
    assert {call.action for call in box.log() if not call.user} == once
    scene.check()


def _told(call: Call, subject: Subject) -> str:
    whose = next((who for who in ("holder", "heir") if call.user == subject.user(who)), "")
    return f"{call.action} {whose}" if whose else ""
