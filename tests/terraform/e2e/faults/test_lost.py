"""A dropped answer on every AWS call, before and after its effect: the same run settles it."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.lost import lose_each_answer
from tests.e2e.faults.operations import COMMANDS
from tests.e2e.faults.table import Ends

from .changing import FaultyProject


@pytest.mark.parametrize("verbs", COMMANDS.values(), ids=COMMANDS)
def test_an_answer_lost_at_each_call(verbs: tuple[str, ...], box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    lose_each_answer(box, project, verbs, ends)
