"""Random schedules of kills, interrupts, lost answers, errors, throttling and lag: those that the Pulumi side plays."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.cases import EVERYTHING, RANDOM, Case
from tests.e2e.faults.story import play
from tests.e2e.faults.table import Ends

from .changing import FaultyProject


@pytest.mark.parametrize(("seed", "rounds"), [(1, 10), (2, 10)])
@pytest.mark.timeout(900)
def test_a_schedule_ends_as_declared(seed: int, rounds: int, box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    project.configure(retry_deadline=60, propagation_time=5)
    play(box, project, seed, rounds)
    ends.note(Case(RANDOM, EVERYTHING), "the next whole run settles it; no other device was touched")
