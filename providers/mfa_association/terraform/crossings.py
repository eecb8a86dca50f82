"""Devices that one plan both takes away and binds.

Terraform orders nothing between two addresses: what is declared again could be deactivated last, so that is refused.
At one address it destroys before it creates (``-replace``, a tainted resource): what is planned so carries ``AGAIN`` in
its private data, by which the destroy knows what the ledger of the process cannot tell it yet.
"""

from __future__ import annotations

import threading
from typing import Final, Literal, final

from mfa_association.errors import MfaError
from mfa_association.grammar import same
from mfa_association.terraform.diagnostics import warn

AGAIN: Final = b"again"

Way = Literal["seen", "stays", "comes", "goes"]
"""Refreshed; planned to stay, to be created, to be destroyed or replaced."""


@final
class Crossing(MfaError):
    """A device goes at one address and is declared at another."""

    def __init__(self, serial_number: str) -> None:
        super().__init__(
            f"planning MFA device ({serial_number}): it is destroyed at one address and declared at another, so that it "
            "could end deactivated; nothing was changed, tell with a moved block that it is the same resource, or with a "
            "removed block and destroy = false that the device stays"
        )


class Crossings:
    """What one process plans for each device. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ways: dict[str, dict[Way, str]] = {}

    def add(self, serial_number: str, holder: str, way: Way) -> bool:
        """Note what is planned for a device; whether it comes where it is already. Raises ``Crossing``."""
        with self._lock:
            ways = self._ways.setdefault(serial_number.lower(), {})
            ways[way] = holder
            crossed = "goes" in ways and ("comes" in ways or "stays" in ways)
            before = ways.get("stays") or ways.get("seen") or ""
        if crossed and way != "seen":
            raise Crossing(serial_number)
        again = way == "comes" and same(before, holder)
        if again:
            warn(
                f"binding MFA device ({serial_number}) to user ({holder}): it is declared already; replaced by itself it "
                "stays active, but declared twice it is deactivated when either of the two goes"
            )
        return again
