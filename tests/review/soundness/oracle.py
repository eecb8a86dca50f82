"""What a run took and gave by AWS's own log, how bad that is by a plain rule, and what a report named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mfa_association.review.findings import RISKS, Finding, Report, Risk
from tests.histories.account import Call, Snapshot

Pair = tuple[str, str]
"""A user's id and a serial number in small letters."""


@dataclass(frozen=True)
class Truth:
    """A run by AWS's log: ``before`` it, and its successful calls in their order.

    ``unpromised``: the devices of which the review promises nothing.
    """

    before: Snapshot
    log: tuple[Call, ...]
    unpromised: frozenset[str] = frozenset()

    @property
    def takes(self) -> set[Pair]:
        """Who lost what. What this very run gave before is no loss: rule 2 takes it back (the gain is named)."""
        taken = self._pairs("DeactivateMFADevice")
        return {(user, serial) for user, serial in taken if self.before.devices[serial].holder == user}

    @property
    def gives(self) -> set[Pair]:
        """Who got what."""
        return self._pairs("EnableMFADevice")

    def _pairs(self, action: str) -> set[Pair]:
        pairs = {_pair(call) for call in self.log if call.action == action}
        return {(user, serial) for user, serial in pairs if serial not in self.unpromised}

    def loss(self, pair: Pair, live: bool, others: bool) -> Risk:
        """How bad it is at least that a user lost a device. ``others``: other devices are declared for that user."""
        user, _ = pair
        if not live:
            return "low" if others else "high"
        password = any(one.id == user and one.password for one in self.before.users.values())
        if not password:
            return "info"
        held = list(self._held(user))
        if held[-1]:
            return "medium" if min(held) == 0 else "low"
        return "high"

    def _held(self, user: str) -> Iterator[int]:
        """How many devices the user held before the run and after each call."""
        mine = {serial for serial, device in self.before.devices.items() if device.holder == user}
        yield len(mine)
        for call in self.log:
            if call.user_id == user and call.serial:
                (mine.add if call.action == "EnableMFADevice" else mine.discard)(call.serial.lower())
                yield len(mine)


def truth(before: Snapshot, calls: Iterable[Call], unpromised: Iterable[str] = ()) -> Truth:
    """The truth of a run."""
    acts = ("EnableMFADevice", "DeactivateMFADevice")
    log = tuple(call for call in calls if call.effect and call.action in acts)
    return Truth(before, log, frozenset(unpromised))


def _pair(call: Call) -> Pair:
    return str(call.user_id), str(call.serial).lower()


def named(findings: Iterable[Finding], before: Snapshot, saved_ids: dict[tuple[str, str], str]) -> dict[Pair, Risk]:
    """The worst risk of each pair that a report names; ``saved_ids``: by name and device, where a state has one.

    A name is the user of that name, and without AWS's word perhaps the one whom the state means.
    """
    found: dict[Pair, Risk] = {}
    for one in findings:
        name, serial = (one.holder.user_name or "").lower() if one.holder else "", (one.serial_number or "").lower()
        user = before.users.get(name)
        for user_id in {user.id if user else "", saved_ids.get((name, serial), "")} - {""}:
            pair = (user_id, serial)
            found[pair] = min(one.risk, found.get(pair, "info"), key=RISKS.index)
    return found


def unsound(
    report: Report, run: Truth, *, live: bool, clean: bool, others: set[Pair], saved: dict[Pair, str]
) -> Iterator[str]:
    """What breaks the property. ``others``: pairs beside which the user has another declared device."""
    losses, gains = named(report.losses, run.before, saved), named(report.gains, run.before, {})
    for pair in run.takes:
        least = run.loss(pair, live, pair in others)
        if pair not in losses:
            yield f"{pair} was taken and not named"
        elif RISKS.index(losses[pair]) > RISKS.index(least):
            yield f"{pair} was taken: {least}, and the review said {losses[pair]}"
    for pair in run.gives - gains.keys() - losses.keys():
        yield f"{pair} was given and not named"
    if clean and live:
        removals = [one for one in report.losses if one.removal]
        for pair in named(removals, run.before, {}).keys() - run.takes:
            if pair[1] not in run.unpromised:
                yield f"the removal of {pair} was named and did not happen"
