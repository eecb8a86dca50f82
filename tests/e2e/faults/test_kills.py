"""kill -9 of the provider, and of the CLI with all that it started, before and after every AWS call."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .kills import VICTIMS, kill_at_each
from .operations import COMMANDS, groups
from .scene import FaultyStack, Scene
from .table import Ends


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.timeout(900)
def test_killed_before_and_after_each_call(
    verbs: tuple[str, ...], victim: str, box: Sandbox, stack: FaultyStack, ends: Ends
) -> None:
    chunks = groups(verbs)
    scene = Scene(box, stack, [subject for chunk in chunks for subject in chunk.values()])
    kill_at_each(scene, chunks, victim, ends)
