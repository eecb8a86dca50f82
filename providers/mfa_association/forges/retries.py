"""Doing again what failed for a moment, on whatever forge."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from mfa_association.forges.forge import Faults

PAUSES = (1.0, 3.0, 10.0)
LONGEST_WAIT = 60.0

_Result = TypeVar("_Result")


def with_retries(faults: Faults, what: str, work: Callable[[], _Result]) -> _Result:
    """The result of work that looks before it writes, done again after a fault that passes; ``what`` is it in words.

    Raises ``MfaError``, ``NotAllowed`` for a 403.
    """
    for pause in (*PAUSES, None):
        try:
            return work()
        except faults.KINDS as fault:
            wait = faults.seconds_until_retry(fault)
            if wait is None or wait > LONGEST_WAIT or pause is None:
                raise faults.sentence(what, fault, wait) from None
            time.sleep(max(wait, pause))
    raise AssertionError("unreachable")
