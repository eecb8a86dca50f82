"""The smallest history that still breaks a rule, made from a given one: what a seed drew, here or on a real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, replace
from typing import Any

from tests.histories.history import History
from tests.histories.program import Brief


def shrunk(history: History, fails: Callable[[History], bool]) -> History:
    """Take away whatever can go, and set back whatever can be usual, while it ``fails``."""
    smaller = next((one for one in _smaller(history) if one.rounds and one.lines and fails(one)), None)
    return history if smaller is None else shrunk(smaller, fails)


def _smaller(value: Any) -> Iterator[Any]:
    """The same with one thing less, the greatest first."""
    if isinstance(value, tuple):
        for place, one in enumerate(value):
            yield (*value[:place], *value[place + 1 :])
            for less in _smaller(one):
                yield (*value[:place], less, *value[place + 1 :])
    elif isinstance(value, Brief):
        for field in fields(value):  # type: ignore[arg-type]
            now = getattr(value, field.name)
            if field.default not in (MISSING, now):
                yield replace(value, **{field.name: field.default})  # type: ignore[type-var]
            if isinstance(now, (tuple, Brief)) or (isinstance(now, int) and not isinstance(now, bool)):
                for less in _smaller(now):
                    yield replace(value, **{field.name: less})  # type: ignore[type-var]
    elif isinstance(value, int) and not isinstance(value, bool) and value > 0:
        yield from range(min(value, 6))
