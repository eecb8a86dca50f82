"""Nobody waits here for AWS to answer: what is waited for comes with the next call, not with time."""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager

import botocore.endpoint
import pytest

from mfa_association.aws import reader
from mfa_association.aws.retry import Clock, boot_clock


@contextmanager
def attempts_at_once() -> Iterator[None]:
    """Let botocore make its next attempt without a pause."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=lambda seconds: None))
        yield


@contextmanager
def readers_do_not_sleep() -> Iterator[None]:
    """Give every reader a clock that jumps instead of sleeping, in each thread by what that thread has slept."""
    slept = threading.local()

    def sleep(seconds: float) -> None:
        slept.seconds = getattr(slept, "seconds", 0.0) + seconds

    def monotonic() -> float:
        return boot_clock() + float(getattr(slept, "seconds", 0.0))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "Clock", lambda: Clock(monotonic=monotonic, sleep=sleep))
        yield
