"""A dropped answer on every AWS call, before and after its effect: the same run settles it."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .lost import lose_each_answer
from .operations import COMMANDS
from .scene import FaultyStack
from .table import Ends


@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
def test_an_answer_lost_at_each_call(verbs: tuple[str, ...], box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    lose_each_answer(box, stack, verbs, ends)
