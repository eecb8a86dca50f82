"""Drift: where a roster and the account differ. Pure: a roster, a snapshot and what a stack recorded in, findings out.

A roster has no dates: that a device was enabled anew shows only beside a stack export or a moment to compare with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.certifications import device_certifications, satisfies, shown
from mfa_association.inventory.compare import Pair, is_holder, is_known, pairs
from mfa_association.inventory.snapshot import ListedHolder, Snapshot
from mfa_association.inventory.stack import Recorded
from mfa_association.inventory.unassigned import left_over
from mfa_association.roster import Line
from mfa_association.validation import FIDO, ROOT_USER

DifferenceKind = Literal["undeclared", "moved", "renamed", "inactive", "re-enabled", "uncertified"]
ORDER: tuple[DifferenceKind, ...] = ("undeclared", "moved", "re-enabled", "renamed", "uncertified", "inactive")


@dataclass(frozen=True)
class Difference:
    """One difference. ``holder``: who holds the device now; ``declared``: whom the roster names; ``since``: RFC 3339."""

    kind: DifferenceKind
    serial_number: str
    holder: str | None = None
    declared: str | None = None
    since: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Drift:
    """All findings, in order; a sentence for everything that could not be told, and one for what is left over but no
    drift: nobody signs in with a device that nobody holds."""

    findings: tuple[Difference, ...]
    untold: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def drift(
    lines: Iterable[Line],
    snapshot: Snapshot,
    recorded: Mapping[str, Recorded],
    since: str | None = None,
    required: str | None = None,
) -> Drift:
    """Compare; ``recorded`` by serial number in small letters, ``since`` a moment in RFC 3339, UTC.

    ``required``: what the devices of users must be certified for.
    """
    lines = tuple(lines)
    both = pairs(lines, snapshot)
    found = [finding for pair in both for finding in _of(pair, snapshot, recorded, since)]
    found += [finding for pair in both if required for finding in _uncertified(pair, required)]
    declared = {line.serial.key for line in lines}
    free = (serial for serial in snapshot.unassigned or () if serial.lower() not in declared)
    order = sorted(found, key=lambda one: (ORDER.index(one.kind), one.holder or "", one.serial_number.lower()))
    untold = (*snapshot.unread, *snapshot.unread_roots, *_untold(both, snapshot), *snapshot.not_checked)
    return Drift(tuple(order), untold, tuple(map(left_over, free)))


def document(account_id: str, checked_at: str, found: Drift) -> dict[str, Any]:
    """The drift for ``--json``; null: not known."""
    return {
        "account_id": account_id,
        "checked_at": checked_at,
        "drift": [asdict(one) for one in found.findings],
        "not_told": list(found.untold),
        "notes": list(found.notes),
    }


def _of(pair: Pair, snapshot: Snapshot, recorded: Mapping[str, Recorded], since: str | None) -> Iterator[Difference]:
    saved = recorded.get(pair.serial_number.lower())
    if pair.line is None:
        yield from _undeclared(pair)
    elif pair.holder is None:
        if is_known(pair, snapshot):
            yield _inactive(pair.line, snapshot, saved)
    elif not pair.as_declared:
        yield _elsewhere(pair, pair.line, pair.holder, saved)
    if pair.line and pair.device:
        yield from _enabled_anew(pair, pair.device.enable_date, saved, since)


def _undeclared(pair: Pair) -> Iterator[Difference]:
    """A root user that was not asked for belongs to the management account's roster, if to any."""
    holder, device = pair.holder, pair.device
    if holder and device and (holder.complete or not holder.root_account_id):
        detail = "not in the roster"
        if not device.kind.is_declarable and not holder.root_account_id:
            command = f"mfa-association revoke {holder.name} {pair.serial_number}"
            detail = f"a roster cannot declare it; only this helps: {command}"
        yield Difference("undeclared", pair.serial_number, _name(holder), since=device.enable_date, detail=detail)


def _inactive(line: Line, snapshot: Snapshot, saved: Recorded | None) -> Difference:
    """IAM does not tell when a device was deactivated, so ``since`` stays open; the stack may know a time before."""
    who = f"{ROOT_USER} of {line.root_account_id}" if line.root_account_id else str(line.user_name)
    exists = any(is_holder(line, holder) for holder in (*snapshot.users, *snapshot.roots))
    detail = f"{who} does not hold it" if exists else f"there is no user {who}"
    if line.serial.kind.holder_is_listed and line.user_name and not _is_there(line, snapshot):
        detail += ", and the device does not exist"
    if saved and saved.active and saved.enable_date:
        detail += f"; held when the stack was last refreshed (enabled {saved.enable_date})"
    return Difference("inactive", line.serial.text, declared=who, detail=detail)


def _is_there(line: Line, snapshot: Snapshot) -> bool:
    return any(serial.lower() == line.serial.key for serial in snapshot.unassigned or ())


def _elsewhere(pair: Pair, line: Line, holder: ListedHolder, saved: Recorded | None) -> Difference:
    """Somebody else's, or the same user's under a new name: IAM keeps the id of a user that is renamed."""
    same_user = bool(saved and saved.user_id and saved.user_id == holder.user_id)
    declared = line.user_name or f"{ROOT_USER} of {line.root_account_id}"
    detail = "the same user under a new name: change the line" if same_user else "held by somebody else"
    since = None if same_user or not pair.device else pair.device.enable_date
    kind: DifferenceKind = "renamed" if same_user else "moved"
    return Difference(kind, pair.serial_number, _name(holder), declared, since, detail)


def _enabled_anew(pair: Pair, enabled: str, saved: Recorded | None, since: str | None) -> Iterator[Difference]:
    """Only for a device that its declared holder holds; anybody else's is told already."""
    if not pair.as_declared:
        return
    detail = _unlike(saved, enabled) if saved else ""
    if not detail and since and enabled > since:
        detail = f"enabled after {since}, for the first time or anew"
    if detail:
        name = _name(pair.holder)
        yield Difference("re-enabled", pair.serial_number, name, name, enabled, detail)


def _uncertified(pair: Pair, required: str) -> Iterator[Difference]:
    """A device of a user that is held as declared and lacks the certification. Root users may not ask for theirs."""
    if not pair.as_declared or pair.holder is None or pair.device is None or pair.holder.root_account_id:
        return
    told = device_certifications(pair.device)
    if isinstance(told, NotChecked) or satisfies(told, required):
        return
    kind = pair.device.kind
    have = (
        f"it is certified for {shown(told) or 'nothing'}"
        if kind is FIDO
        else f"a {kind.label} device is certified for nothing"
    )
    detail = f"the roster requires {required}, and {have}"
    name = _name(pair.holder)
    yield Difference("uncertified", pair.serial_number, name, name, pair.device.enable_date, detail)


def _unlike(saved: Recorded, enabled: str) -> str:
    if not saved.active:
        return "the stack knows it as not active"
    before = saved.enable_date
    return f"the stack knows it as enabled {before}" if before and before != enabled else ""


def _untold(both: list[Pair], snapshot: Snapshot) -> Iterator[str]:
    """Declared devices of which nothing can be said, unless ``unread`` says why already."""
    open_ = [pair.serial_number for pair in both if not is_known(pair, snapshot)]
    if open_ and not (snapshot.unread or snapshot.unread_roots):
        yield f"checking MFA devices ({', '.join(open_)}): their holders could not be read; allow the reads and run again"


def _name(holder: ListedHolder | None) -> str | None:
    if holder is None:
        return None
    return f"{ROOT_USER} of {holder.root_account_id}" if holder.root_account_id else holder.name
