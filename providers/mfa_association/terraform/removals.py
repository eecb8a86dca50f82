"""How many devices one plan takes away: more than ``max_removals`` are refused, with one error for all of them."""

from __future__ import annotations

import threading
from typing import final

from mfa_association.errors import MfaError


@final
class TooManyPlanned(MfaError):
    """A plan deactivates more devices than ``max_removals`` allows."""

    def __init__(self, limit: int) -> None:
        more = f"more than {limit} MFA device{'' if limit == 1 else 's'}" if limit else "MFA devices"
        super().__init__(
            f"planning removals: this plan deactivates {more}, and max_removals allows {limit or 'none'}; nothing was "
            "changed, check the roster, or run once with MFA_ASSOCIATION_MAX_REMOVALS=N"
        )


class Removals:
    """The removals of one plan, of which an engine tells one by one and several at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def add(self, limit: int | None) -> None:
        """Count one. Raises ``TooManyPlanned`` at the first that is too many; that fails the whole plan."""
        with self._lock:
            self._count += 1
            first = limit is not None and self._count == limit + 1
        if first and limit is not None:
            raise TooManyPlanned(limit)
