"""Random histories in memory: no rule is broken by any."""

from __future__ import annotations

import os

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

from tests.e2e.faults.soak import HISTORY_SEED
from tests.histories.history import Engine, History
from tests.histories.play import play
from tests.histories.strategies import histories

FEW = 60
"""In `make unit`; `make test` plays 2,000."""
EACH, PARTS = 250, 4
SEEDS = [(engine, seed) for engine in ("pulumi", "terraform") for seed in range(1, PARTS + 1)]
DEEP_EACH, DEEP_PARTS = 1000, 10
FIRST = int(os.environ.get(HISTORY_SEED, "101"))
DEEP = [(engine, seed) for engine in ("pulumi", "terraform") for seed in range(FIRST, FIRST + DEEP_PARTS)]


def _hold(engine: Engine, seed: int, count: int) -> None:
    """All rules hold in so many histories of a seed; what fails is shrunk, and printed as it is to be written down."""

    @hypothesis.seed(seed)
    @settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
    @hypothesis.given(histories(engine))
    def hold(history: History) -> None:
        breaches = play(history).breaches
        assert not breaches, breaches[0]

    hold()


@pytest.mark.parametrize("engine", ["pulumi", "terraform"])
def test_every_rule_holds_in_a_few(engine: Engine) -> None:
    _hold(engine, seed=0, count=FEW)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("engine", "seed"), SEEDS)
def test_every_rule_holds(engine: Engine, seed: int) -> None:
    _hold(engine, seed, EACH)


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("engine", "seed"), DEEP)
def test_every_rule_holds_over_many(engine: Engine, seed: int) -> None:
    _hold(engine, seed, DEEP_EACH)
