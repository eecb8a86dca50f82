"""The device's half of an enrolment: which pairs of codes IAM takes, and what it remembers of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pyotp import HOTP

STEP = 30
OFFSETS = sorted(range(-998, 1001), key=abs)
"""Where IAM looks for the second code, in steps round the device's own clock, nearest first."""


@dataclass(frozen=True)
class Authenticator:
    """A TOTP device as IAM knows it. It outlives deactivation: only deleting the device forgets it."""

    seed: str = field(repr=False)
    last: int = -1
    """The counter of the newest code ever accepted."""
    adjustment: int = 0
    """Steps between the device's clock and IAM's, as found by the last accepted pair."""
    signed_in: frozenset[int] = frozenset()
    """The counters of codes that STS took; those of an enrolment are not among them."""

    def accept(self, first: str, second: str, now: float) -> Authenticator | None:
        """The authenticator after two consecutive codes, or None if IAM does not take them.

        Both must be newer than the last pair that was accepted. `now` is in seconds since 1970.
        """
        hotp, clock = HOTP(self.seed), int(now) // STEP
        for offset in OFFSETS:
            counter = clock + self.adjustment + offset
            if counter - 1 > self.last and hotp.at(counter) == second and hotp.at(counter - 1) == first:
                return replace(self, last=counter, adjustment=counter - clock)
        return None

    def pair(self, now: float) -> tuple[str, str]:
        """The previous and the current code, or the next two that were not used yet."""
        first = max(int(now) // STEP - 1, self.last + 1)
        return self.code(first), self.code(first + 1)

    def code(self, counter: int) -> str:
        """The code of one step."""
        return str(HOTP(self.seed).at(counter))

    def sign_in(self, code: str, now: float) -> Authenticator | None:
        """The authenticator after STS took this code, or None if it does not: two steps either way, each code once."""
        centre = int(now) // STEP + self.adjustment
        window = range(centre - 2, centre + 3)
        fits = next((one for one in window if one not in self.signed_in and self.code(one) == code), None)
        if fits is None:
            return None
        return replace(self, signed_in=frozenset({fits, *(one for one in self.signed_in if one in window)}))
