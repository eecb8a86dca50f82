"""Adoption: what an account holds becomes lines of a roster, and nothing is changed in AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mfa_association.errors import MfaError
from mfa_association.inventory.compare import Pair, is_known, pairs, refuse_other_account
from mfa_association.inventory.snapshot import ListedHolder, Snapshot
from mfa_association.lifecycle import Association
from mfa_association.roster import MODELINE, Entry, Line, add, parse
from mfa_association.text import show
from mfa_association.validation import ROOT_USER, listed_serial_number

ALL = "all"
HEADER = f"{MODELINE}# Who may hold which MFA device. Deleting a line deactivates the device.\n"


class HalfRead(MfaError):
    """A part of the account could not be read: half a roster would look like a whole one."""

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(
            f"adopting into ({path}): a part of the account could not be read, nothing was written; {cause}"
        )


class NotFound(MfaError):
    """Something that was named is not there."""

    def __init__(self, path: str, what: str, name: str, advice: str) -> None:
        super().__init__(f"adopting into ({path}): there is no {what} {show(name)}; nothing was written, {advice}")


class CannotDeclare(MfaError):
    """A device that a roster has no form for, such as an SMS device of old."""

    def __init__(self, path: str, serial_number: str, holder: str) -> None:
        super().__init__(
            f"adopting into ({path}): device {show(serial_number)} of {holder} cannot be declared in a roster; nothing was "
            f"written, only this helps: mfa-association revoke {holder} {serial_number}"
        )


@dataclass(frozen=True)
class Adoption:
    """What adopting would do.

    ``text``: the roster with ``added`` in it. ``waiting``: devices that nobody declared yet and nobody approved.
    ``differing``: declared devices that are not held as declared. ``odd``: devices that a roster cannot declare.
    ``roots``: root users of which only the virtual devices were seen, so that they were left out; ``unread_roots``: a
    sentence for each that could not be read. ``held``: the lines
    whose holders hold their devices, as ``create`` would have found them.
    """

    text: str
    lines: tuple[Line, ...]
    added: tuple[Pair, ...] = ()
    waiting: tuple[Pair, ...] = ()
    differing: tuple[Pair, ...] = ()
    odd: tuple[Pair, ...] = ()
    roots: tuple[ListedHolder, ...] = ()
    unread_roots: tuple[str, ...] = ()
    held: tuple[tuple[Line, Association], ...] = field(default=(), repr=False)


def adopt(path: str, text: str, snapshot: Snapshot, approved: tuple[str, ...] = ()) -> Adoption:
    """Compare a roster's text with the account.

    A text without a line, or of comments alone, takes in all that is held; any other roster only what ``approved`` names (serial numbers, the names
    of devices within the account such as ``mfa/alice-phone``, or ``all``). Raises ``RosterError``, ``EditRefused``, ``OtherAccount``, ``HalfRead``, ``NotFound`` or ``CannotDeclare``.
    """
    _refuse_half(path, snapshot)
    before = parse(text, path, may_be_empty=True).lines
    refuse_other_account(path, before, snapshot.account_id)
    both = pairs(before, snapshot)
    new = [pair for pair in both if pair.line is None and pair.holder and pair.holder.complete]
    odd, fresh = _split(new, lambda pair: pair.device is not None and not pair.device.kind.is_declarable)
    meant = {name.lower() for name in approved}
    account = snapshot.account_id
    _refuse_odd(path, [pair for pair in odd if meant & _names(pair, account)])
    _refuse_unknown(path, meant - {ALL}.union(*(_names(pair, account) for pair in fresh)), approved)
    added, waiting = _split(fresh, lambda pair: _is_new(text) or bool(meant & {ALL, *_names(pair, account)}))
    after = add(text or HEADER, [_entry(pair) for pair in added], path) if added else text
    lines = parse(after, path, may_be_empty=True).lines
    return Adoption(
        text=after,
        lines=lines,
        added=tuple(added),
        waiting=tuple(waiting),
        differing=tuple(pair for pair in both if pair.line and is_known(pair, snapshot) and not pair.as_declared),
        odd=tuple(odd),
        roots=tuple(root for root in snapshot.roots if root.devices and not root.complete),
        unread_roots=snapshot.unread_roots,
        held=tuple(_associations(lines, snapshot)),
    )


def _refuse_half(path: str, snapshot: Snapshot) -> None:
    for name in snapshot.missing:
        advice = f"check the name and the account {snapshot.account_id}"
        raise NotFound(path, "user", name, advice)
    for cause in snapshot.unread:
        raise HalfRead(path, cause)


def _is_new(text: str) -> bool:
    """Whether nothing was ever declared here: a new project's roster is comments alone. An emptied one says so."""
    lines = (line.strip() for line in text.lstrip("\ufeff").splitlines())
    return not any(line and not line.startswith("#") for line in lines)


def _split(found: list[Pair], chosen: Callable[[Pair], bool]) -> tuple[list[Pair], list[Pair]]:
    """Those that are chosen, and the rest."""
    return [pair for pair in found if chosen(pair)], [pair for pair in found if not chosen(pair)]


def _names(pair: Pair, account_id: str) -> set[str]:
    """How a device may be called, in small letters; one of another account by its whole serial number alone."""
    serial = listed_serial_number(pair.serial_number)
    return {serial.key, serial.name.lower() if serial.account_id == account_id else serial.key}


def _refuse_odd(path: str, named: list[Pair]) -> None:
    """``all`` means all that can be declared."""
    for pair in named:
        if pair.holder:
            raise CannotDeclare(path, pair.serial_number, pair.holder.name)


def _refuse_unknown(path: str, unknown: set[str], approved: tuple[str, ...]) -> None:
    for name in approved:
        if name.lower() in unknown:
            raise NotFound(path, "undeclared device", name, "name one that is listed as not declared")


def _entry(pair: Pair) -> Entry:
    holder = pair.holder
    if holder and holder.root_account_id:
        return Entry(pair.serial_number, root_account_id=holder.root_account_id)
    return Entry(pair.serial_number, user_name=holder.name if holder else None)


def _associations(lines: tuple[Line, ...], snapshot: Snapshot) -> Iterator[tuple[Line, Association]]:
    """What ``create`` would have found of each line whose holder holds the device."""
    for pair in pairs(lines, snapshot):
        line, holder, device = pair.line, pair.holder, pair.device
        if line and holder and device and pair.as_declared:
            root = line.root_account_id
            yield (
                line,
                Association(
                    user_name=line.user_name or ROOT_USER,
                    serial_number=line.serial,
                    active=True,
                    account_id=root or snapshot.account_id,
                    enable_date=device.enable_date,
                    user_id=root or holder.user_id,
                ),
            )
