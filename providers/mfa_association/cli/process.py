"""How the ``mfa-association`` command ends: its exit codes, and Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

OK = 0
BROKEN = 1
"""Refused, broken input, or not all could be read."""
MISUSED = 2
"""A command line that cannot be understood; argparse's own."""
FOUND = 3
"""The question could be answered and the answer is not a good one: drift, or a gate that closes."""
INTERRUPTED = 130


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that did several things: an answer that is not whole counts for more than a bad one."""
    codes = set(codes)
    return next((code for code in (BROKEN, FOUND) if code in codes), OK)


_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def interrupted_once() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` at the first Ctrl-C, hang-up or termination, and ignore all others."""
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: Any) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
