"""Failures that have nothing to do with one device, such as an expired session: told in full once, then in short."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from mfa_association.errors import MfaError

NOT_CHECKED: Final = "not checked for the same reason"
"""What a warning begins with where the reason was told before: engines fold warnings that begin alike into one."""


class Repeats:
    """What one process has told in full. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[type[MfaError]] = set()

    def is_repeated(self, fault: MfaError) -> bool:
        """Whether everything failed like this before; the first time says no."""
        if not fault.fails_everything:
            return False
        with self._lock:
            repeated = type(fault) in self._told
            self._told.add(type(fault))
        return repeated

    def shorten(self, fault: MfaError) -> MfaError:
        """The error itself, or where it was told before a short one. For what must end in an error each time."""
        return MfaError(fault.in_short) if self.is_repeated(fault) else fault

    def refuse_once(self, fault: MfaError, subject: str, warn: Callable[[str], None]) -> None:
        """Raise the error; where it was told before, which fails the command already, only warn of ``subject``."""
        if not self.is_repeated(fault):
            raise fault
        warn(f"{NOT_CHECKED}: {subject}")
