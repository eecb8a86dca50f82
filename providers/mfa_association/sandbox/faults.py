"""Trouble on demand: errors, delays and lost answers for chosen calls, and a rate limit."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Literal

from .errors import Dropped, Refused

When = Literal["before", "after"]


@dataclass
class InjectedFault:
    """What happens to the `nth` call of an action from now, and to `times` - 1 more; `times` None is for ever.

    `delay` is in seconds, or until `over`. `when` says whether the action takes effect first.
    """

    action: str
    nth: int = 1
    times: int | None = 1
    error: str | None = None
    delay: float = 0.0
    drop: bool = False
    when: When = "before"
    user: str | None = None
    message: str | None = None
    seen: int = field(default=0, init=False)
    over: Event = field(default_factory=Event, init=False)
    waiting: list[None] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if self.nth < 1 or (self.times is not None and self.times < 1) or self.delay < 0:
            raise ValueError("a fault needs nth and times of at least 1, and a delay of at least 0")
        if self.when not in ("before", "after"):
            raise ValueError("a fault strikes before or after")

    def strikes(self, action: str, user: str | None) -> bool:
        """Count this call if it is meant, and say whether it is hit."""
        if action != self.action or (self.user is not None and self.user.casefold() != (user or "").casefold()):
            return False
        self.seen += 1
        return self.nth <= self.seen and (self.times is None or self.seen < self.nth + self.times)

    def happen(self) -> None:
        """Wait, then lose the answer or turn it into an error."""
        if self.delay:
            self.waiting.append(None)
            self.over.wait(self.delay)
            self.waiting.pop()
        if self.drop:
            raise Dropped("the sandbox was told to lose this answer")
        if self.error:
            raise Refused(self.error, self.message)


@dataclass
class Bucket:
    """A token bucket: `burst` calls at once, `rate` more a second."""

    rate: float
    burst: float
    tokens: float
    moment: float

    def take(self) -> bool:
        """Whether there was a token left."""
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.moment) * self.rate)
        self.moment = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class InjectedFaults:
    """All trouble that is set up now."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[InjectedFault] = []
        self._limit: tuple[float, float] | None = None
        self._buckets: dict[str, Bucket] = {}

    def add(self, fault: InjectedFault) -> None:
        """Set one fault up."""
        with self._lock:
            self._faults.append(fault)

    def clear(self, action: str | None = None) -> None:
        """Forget all faults (of an action), and let go of the calls that one of them delays; the rate limit stays."""
        with self._lock:
            over = [fault for fault in self._faults if action in (None, fault.action)]
            for fault in over:
                fault.over.set()
            self._faults = [fault for fault in self._faults if fault not in over]

    def waiting(self) -> Counter[str]:
        """How many calls of each action wait in a delay now."""
        with self._lock:
            return +sum((Counter({fault.action: len(fault.waiting)}) for fault in self._faults), Counter())

    def throttle(self, rate: float | None, burst: float | None) -> None:
        """Allow each action `burst` calls at once and `rate` more a second; None lifts the limit."""
        with self._lock:
            self._limit = None if rate is None else (rate, rate if burst is None else burst)
            self._buckets.clear()

    def hits(self, action: str, user: str | None) -> list[InjectedFault]:
        """The faults that strike this call."""
        with self._lock:
            return [fault for fault in self._faults if fault.strikes(action, user)]

    def admit(self, action: str) -> None:
        """Refuse a call that comes too soon."""
        with self._lock:
            if not self._limit:
                return
            rate, burst = self._limit
            bucket = self._buckets.setdefault(action, Bucket(rate, burst, burst, time.monotonic()))
            if not bucket.take():
                raise Refused("Throttling")


def happen(faults: Iterable[InjectedFault], when: When) -> None:
    """Let the faults of one moment happen."""
    for fault in faults:
        if fault.when == when:
            fault.happen()
