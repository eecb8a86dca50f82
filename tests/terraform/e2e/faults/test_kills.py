"""kill -9 of the provider, and of the engine with all that it started, before and after every AWS call of an apply."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.kills import VICTIMS, kill_at_each
from tests.e2e.faults.operations import COMMANDS, groups
from tests.e2e.faults.scene import Scene
from tests.e2e.faults.table import Ends

from .changing import AT_ONCE, FaultyProject


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
def test_killed_before_and_after_each_call(
    verbs: tuple[str, ...], victim: str, box: Sandbox, project: FaultyProject, ends: Ends
) -> None:
    chunks = groups(verbs, AT_ONCE)
    scene = Scene(box, project, [subject for chunk in chunks for subject in chunk.values()])
    kill_at_each(scene, chunks, victim, ends)
