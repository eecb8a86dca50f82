"""The property over random histories: what a run takes or gives was named, as badly as it is."""

from __future__ import annotations

import pytest

from tests.histories.history import Engine
from tests.histories.strategies import drawn
from tests.review.soundness.histories import play

ENGINES: tuple[Engine, ...] = ("pulumi", "terraform")


def _hold(engine: Engine, seed: int, count: int, least: int) -> None:
    """``least``: how many devices have to be taken or given, or the histories prove too little."""
    assessed = failed = happened = 0
    for history in drawn(seed, count, engine):
        story = play(history)
        assert not story.unsound, f"{story.unsound[0]}\n{history!r}"
        assessed, failed, happened = assessed + story.assessed, failed + story.failed, happened + story.happened
    assert failed <= 0.02 * (assessed + failed), (assessed, failed)
    assert happened >= least, "too few devices were taken or given to prove anything"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_review_is_sound_over_a_few(engine: Engine) -> None:
    _hold(engine, seed=7, count=30, least=3)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_review_is_sound(engine: Engine) -> None:
    _hold(engine, seed=7, count=100, least=10)


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_review_is_sound_over_many(engine: Engine) -> None:
    _hold(engine, seed=11, count=1500, least=100)
