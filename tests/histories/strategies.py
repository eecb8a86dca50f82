"""How histories are drawn. Hypothesis shrinks what fails; a seed draws the same histories everywhere."""

from __future__ import annotations

from typing import get_args

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.histories.history import (
    WAYS,
    Action,
    Change,
    Engine,
    Error,
    Event,
    History,
    Kill,
    Round,
    Run,
    Trouble,
    What,
)
from tests.histories.program import LINES

_few = st.integers(0, 5)
_rarely = st.integers(0, 9).map(lambda number: number == 9)
_often = st.booleans()


def _tuple(one: st.SearchStrategy, most: int, least: int = 0) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.lists(one, min_size=least, max_size=most).map(tuple)


changes = st.builds(Change, st.sampled_from(WAYS), _few, _few)
events = st.builds(Event, st.sampled_from(get_args(What)), _few, _few)
troubles = st.builds(
    Trouble,
    st.sampled_from(get_args(Action)),
    st.sampled_from(get_args(Error)),
    st.integers(1, 3),
    st.sampled_from((1, 1, 2, 100)),
)
kills = st.builds(Kill, st.sampled_from(("provider", "CLI")), st.integers(1, 2), _often)
runs = st.builds(
    Run,
    st.sampled_from(("up", "up", "up", "up", "up", "up", "refresh", "destroy")),
    refresh=_often,
    keep_going=_often,
    replace=st.one_of(st.just(()), st.just(()), _tuple(_few, 2)),
    target=st.one_of(st.just(()), st.just(()), st.just(()), _tuple(_few, 2)),
    neighbour_fails=_rarely,
    trouble=st.one_of(st.just(()), _tuple(troubles, 2)),
    pause=st.one_of(st.just(()), st.just(()), _tuple(events, 2)),
    lag=_rarely,
    kill=st.one_of(st.none(), st.none(), st.none(), kills),
    order=st.one_of(st.just(0), st.integers(0, 999)),
)
rounds = st.builds(
    Round,
    _tuple(changes, 3),
    st.one_of(st.just(()), _tuple(events, 2)),
    runs,
    _rarely,
)


def histories(*engines: Engine) -> st.SearchStrategy[History]:
    """Histories for these engines."""
    return st.builds(
        History,
        st.sampled_from(engines or get_args(Engine)),
        _tuple(st.integers(0, len(LINES) - 1), 4, 1),
        _tuple(rounds, 5, 1),
    )


def drawn(seed: int, count: int, *engines: Engine) -> list[History]:
    """So many histories of a seed: the same ones wherever they are drawn."""
    found: list[History] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(histories(*engines))
    def draw(history: History) -> None:
        found.append(history)

    draw()
    return found
