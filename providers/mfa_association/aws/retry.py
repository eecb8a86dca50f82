"""The one loop that tries again: jittered pauses, a deadline, and no decision of what an answer means.

botocore makes one attempt for each write, and gives up on throttled reads soon.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TypeVar

from mfa_association.aws.errors import AwsError, Throttling

T = TypeVar("T")


def boot_clock() -> float:
    """Seconds since the machine started, sleep included where the system counts it; the same for all its processes."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests can own them. Seconds."""

    monotonic: Callable[[], float] = boot_clock
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)


@dataclass(frozen=True)
class RetryLimits:
    """``retry_deadline``: seconds for retryable errors. ``propagation``: seconds for IAM to show what is new."""

    retry_deadline: float = 300.0
    propagation: float = 15.0


def _is_throttled(error: AwsError) -> bool:
    return isinstance(error, Throttling)


@dataclass(frozen=True)
class Retries:
    """Calls that are made until AWS answers, within the limits."""

    limits: RetryLimits = field(default_factory=RetryLimits)
    clock: Clock = field(default_factory=Clock)

    def pause(self, tried: int) -> float:
        """Seconds to wait after so many tries: doubling, jittered, at most 20."""
        return min(0.25 * 2.0 ** min(tried, 7), 20.0) * (0.5 + self.clock.random() / 2)

    def read(self, call: Callable[[], T], is_retryable: Callable[[AwsError], bool] = _is_throttled) -> T:
        """Read, and again after a retryable error, until the retry deadline. Raises ``AwsError``."""
        started, tried = self.clock.monotonic(), 0
        while True:
            tried += 1
            try:
                return call()
            except AwsError as error:
                if not is_retryable(error):
                    raise
                spent = self.clock.monotonic() - started
                left = self.limits.retry_deadline - spent
                if left <= 0:
                    raise error.with_note(f"tried for {spent:.0f} s") from None
            self.clock.sleep(min(self.pause(tried), left))

    def poll(self, call: Callable[[], T | None], seconds: float) -> T | None:
        """Call until there is an answer or the time is over."""
        started, tried = self.clock.monotonic(), 0
        while True:
            tried += 1
            answer = call()
            left = seconds - (self.clock.monotonic() - started)
            if answer is not None or left <= 0:
                return answer
            self.clock.sleep(min(self.pause(tried), left))

    def write_until_confirmed(
        self, write: Callable[[], None], is_done: Callable[[], bool], also_retry: tuple[type[AwsError], ...] = ()
    ) -> AwsError | None:
        """Make a write until AWS answers it; after a lost answer or a retryable error, read before trying again.

        ``is_done`` says whether the write's effect is there. ``also_retry``: errors that end with IAM's propagation.
        Returns the error after which the effect was seen, None after a plain success. Raises ``AwsError``.
        """
        since: dict[bool, float] = {}
        tried = 0
        while True:
            tried += 1
            try:
                write()
                return None
            except AwsError as error:
                propagates = isinstance(error, also_retry)
                if not (error.retryable or propagates):
                    raise
                if _already_done(is_done):
                    return error
                now = self.clock.monotonic()
                spent = now - since.setdefault(propagates, now)
                left = (self.limits.propagation if propagates else self.limits.retry_deadline) - spent
                if left <= 0:
                    raise error.with_note(f"tried for {spent:.0f} s") from None
            self.clock.sleep(min(self.pause(tried), left))


def _already_done(is_done: Callable[[], bool]) -> bool:
    try:
        return is_done()
    except AwsError as error:
        if error.retryable:
            return False
        raise
