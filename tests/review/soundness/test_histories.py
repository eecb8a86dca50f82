"""The property over random histories: what a run takes or gives was named, as badly as it is."""

from __future__ import annotations

import pytest

from tests.histories.history import Engine
from tests.histories.strategies import drawn
from tests.review.soundness.histories import play

EACH = 60
SEEDS = [(engine, seed) for engine in ("pulumi", "terraform") for seed in (11, 12)]


@pytest.mark.parametrize(("engine", "seed"), SEEDS)
def test_the_review_is_sound(engine: Engine, seed: int) -> None:
    assessed = failed = happened = 0
    for history in drawn(seed, EACH, engine):
        story = play(history)
        assert not story.unsound, f"{story.unsound[0]}\n{history!r}"
        assessed, failed, happened = assessed + story.assessed, failed + story.failed, happened + story.happened
    assert failed <= 0.02 * (assessed + failed), (assessed, failed)
    assert happened >= EACH // 10, "too few devices were taken or given to prove anything"
