"""The same histories on real engines, against the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.e2e.faults.soak import HISTORY_COUNT, HISTORY_SEED
from tests.histories.history import Engine, History
from tests.histories.play import Story, play
from tests.histories.strategies import drawn, really

SEED, COUNT = int(os.environ.get(HISTORY_SEED, "1")), int(os.environ.get(HISTORY_COUNT, "0"))
COUNTS: dict[Engine, int] = {"terraform": COUNT or 60, "pulumi": COUNT or 30}
HISTORIES = [
    pytest.param(history, id=f"{engine}-{SEED}-{number}")
    for engine, count in COUNTS.items()
    for number, history in enumerate(dict.fromkeys(map(really, drawn(SEED, count, engine))))
]
"""Each once: what a real engine cannot play made some of them the same."""


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("history", HISTORIES)
def test_every_rule_holds_on_a_real_engine(history: History, play_really: Callable[[History], Story]) -> None:
    assert not play(history).breaches, "in the model already: python -m tests.histories.replay"
    story = play_really(history)
    assert not story.breaches, "\n".join([repr(history), *story.tale])
