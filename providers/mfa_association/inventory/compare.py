"""A roster beside a snapshot: every device that either knows, once, with both holders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mfa_association.errors import MfaError
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.roster import Line
from mfa_association.validation import same


class OtherAccount(MfaError):
    """A roster of one account beside the credentials of another."""

    def __init__(self, path: str, declared: str, found: str) -> None:
        super().__init__(
            f"comparing the roster ({path}) with AWS: it declares devices of account {declared}, but the credentials are "
            f"of account {found}; nothing was written, use the credentials or the roster of the same account"
        )


@dataclass(frozen=True)
class Pair:
    """One device: the line that declares it, and who holds it."""

    serial_number: str
    line: Line | None = None
    holder: ListedHolder | None = None
    device: HeldDevice | None = None

    @property
    def as_declared(self) -> bool:
        """Whether the very holder that the line names holds it."""
        return self.line is not None and self.holder is not None and is_holder(self.line, self.holder)


def is_holder(line: Line, holder: ListedHolder) -> bool:
    """Whether a line means this holder."""
    if line.root_account_id or holder.root_account_id:
        return line.root_account_id == holder.root_account_id
    return same(line.user_name or "", holder.name)


def refuse_other_account(path: str, lines: Iterable[Line], found: str) -> None:
    """Raise ``OtherAccount`` if users' devices are declared for another account than the one that was read."""
    for line in lines:
        declared = line.serial.account_id if line.user_name else None
        if declared not in (None, found):
            raise OtherAccount(path, str(declared), found)


def pairs(lines: Iterable[Line], snapshot: Snapshot) -> list[Pair]:
    """All devices in the order of the roster, then those it does not declare, by holder."""
    found = {
        device.serial_number.lower(): (holder, device)
        for holder in (*snapshot.users, *snapshot.roots)
        for device in holder.devices
    }
    declared = [Pair(line.serial.text, line, *found.pop(line.serial.key, (None, None))) for line in lines]
    return declared + [Pair(device.serial_number, None, holder, device) for holder, device in found.values()]


def is_known(pair: Pair, snapshot: Snapshot) -> bool:
    """Whether the snapshot can tell who holds a declared device, were it held.

    A virtual device is in the bulk walk; one of another kind is known where everybody was asked for all kinds, and
    where only some users were read, only their own devices are.
    """
    line = pair.line
    if pair.holder or line is None:
        return True
    if line.root_account_id:
        return any(is_holder(line, root) and root.complete for root in snapshot.roots)
    everybody = snapshot.unassigned is not None
    if everybody and line.serial.kind == "virtual":
        return True
    asked = [user for user in snapshot.users if everybody or is_holder(line, user)]
    return all(user.complete for user in asked) and (bool(asked) or everybody)
