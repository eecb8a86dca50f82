"""Random schedules of kills, interrupts, lost answers, errors, throttling and lag over several users at once."""

from __future__ import annotations

import os

import pytest

from mfa_association.sandbox import Sandbox

from .cases import EVERYTHING, RANDOM, Case
from .scene import FaultyStack
from .schedule import Schedule
from .soak import ROUNDS, SEED
from .story import play
from .table import Ends

EACH = 10
_FIRST, _COUNT = int(os.environ.get(SEED, "1")), int(os.environ.get(ROUNDS, "20"))
SCHEDULES = [(_FIRST + place, min(EACH, _COUNT - start)) for place, start in enumerate(range(0, _COUNT, EACH))]


@pytest.mark.parametrize(("seed", "rounds"), SCHEDULES)
@pytest.mark.timeout(900)
def test_a_schedule_ends_as_declared(seed: int, rounds: int, box: Sandbox, stack: FaultyStack, ends: Ends) -> None:
    print(f'to rerun: make soak ARGS="--seed {seed} --rounds {rounds}"')
    stack.configure(mfa_retryDeadline=60, mfa_propagationTime=5)
    play(box, stack, seed, rounds)
    ends.note(Case(RANDOM, EVERYTHING), "the next whole run settles it; no other device was touched")


def test_a_seed_draws_the_same_schedule_again() -> None:
    one, same, other = (list(Schedule(seed).rounds(50)) for seed in (1, 1, 2))
    assert one == same != other
    assert {drawn.interruption for drawn in one} == {
        "kill the provider",
        "kill the CLI",
        "Ctrl-C",
        "Ctrl-C twice",
        None,
    }
