"""The same histories on real engines, against the sandbox; the review of each run is judged by what the run then did."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

import pytest

from tests.e2e.faults.soak import HISTORY_COUNT, HISTORY_SEED
from tests.histories.history import Engine, History
from tests.histories.play import play
from tests.histories.strategies import drawn, really
from tests.review.soundness.histories import Reviewed

SEED, COUNT = int(os.environ.get(HISTORY_SEED, "1")), int(os.environ.get(HISTORY_COUNT, "0"))
COUNTS: dict[Engine, int] = {"terraform": COUNT or 60, "pulumi": COUNT or 30}
SPREAD = 10
"""What is drawn one after another is much alike: of every ten one is played."""


@functools.cache
def _histories(engine: Engine) -> list[History]:
    """Drawn when the first is played: a collection has no time for it."""
    return [really(history) for history in drawn(SEED, SPREAD * COUNTS[engine], engine)[::SPREAD]]


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("engine", "number"),
    [
        pytest.param(engine, number, id=f"{engine}-{SEED}-{number}")
        for engine, count in COUNTS.items()
        for number in range(count)
    ],
)
def test_every_rule_holds_on_a_real_engine(
    engine: Engine, number: int, play_really: Callable[[History], Reviewed]
) -> None:
    history = _histories(engine)[number]
    assert not play(history).breaches, "in the model already: python -m tests.histories.replay"
    story = play_really(history)
    assert not story.breaches, "\n".join([repr(history), *story.tale])
    assert not story.unsound, "\n".join([repr(history), *story.unsound, *story.tale])
    assert story.assessed and not story.failed, "the review could not assess what then ended clean"
