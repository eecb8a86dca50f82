"""How bad it is that somebody loses or gains a device: the tables of docs/review.md. Pure.

The worst rule wins, and what is not known moves a finding one row up, never down.
"""

from __future__ import annotations

from mfa_association.review.findings import RISKS, Cell, RemainingDevices, Risk

Rated = tuple[Risk, str]


def worse(*risks: Risk) -> Risk:
    """The worst of some risks."""
    return min(risks, key=RISKS.index)


def one_up(risk: Risk) -> Risk:
    """One row up."""
    return RISKS[max(RISKS.index(risk) - 1, 0)]


def of_loss(left: RemainingDevices, password: Cell, administrator: Cell, *, root: bool, gap: bool) -> Rated:
    """How bad a loss is. ``gap``: what replaces the device is added only after it, or nobody knows when."""
    if root:
        return "critical", "a device of the root user"
    if left.staying:
        return ("medium", "removed before the new device is added") if gap else ("low", "another device stays")
    if left.coming and left.held_back:
        return "low", "the new device is added first, and this one stays if that fails"
    risk, why = _of_last(left, password, administrator)
    return risk, f"{why}; if the new device fails, nothing stops this removal" if left.coming else why


def _of_last(left: RemainingDevices, password: Cell, administrator: Cell) -> Rated:
    """What it means that no device stays for sure."""
    if password.answer == administrator.answer == "yes":
        return "critical", f"{_last(left)}, with a console password, of an administrator"
    if left.basis == "managed":
        return "high", "whether another device stays is not known"
    base: Risk = "high" if "yes" in (password.answer, administrator.answer) else "medium"
    risk = one_up(base) if password.unknown or administrator.unknown else base
    return risk, f"{_last(left)}, {_password(password)}, {_administrator(administrator)}"


def of_gain(administrator: Cell, *, root: bool, own_line: bool, at_least: Risk, because: str) -> Rated:
    """How bad it is that somebody gains a device. ``own_line``: whoever wrote the change is its holder.

    ``because``: what makes it ``at_least`` so bad, whoever it is; empty for nothing.
    """
    powerful = root or administrator.answer in ("yes", "not fully determined")
    whom = "the root user" if root else _whom(administrator)
    author = "the author of the change" if own_line else ""
    why = "; ".join(part for part in (author, because, whom) if part)
    if own_line:
        return ("critical" if powerful else "high"), why
    risk: Risk = "high" if powerful else "medium" if administrator.unknown else "low"
    return worse(risk, at_least), why


def of_password(left: RemainingDevices, administrator: Cell) -> Rated:
    """How bad it is that somebody who may hold no device is given a console password."""
    base: Risk = "high" if left.last else "medium"
    risk = one_up(base) if administrator.answer in ("yes", "not fully determined") else base
    sure = "no MFA device" if left.last else "no MFA device that the code declares"
    return risk, f"{sure}; {_whom(administrator)}"


def _last(left: RemainingDevices) -> str:
    return "perhaps the last device" if left.basis == "managed" else "the last device"


def _password(cell: Cell) -> str:
    return {"yes": "a console password", "no": "no console password"}.get(
        cell.answer, f"console password {cell.answer}"
    )


def _administrator(cell: Cell) -> str:
    return {"yes": "an administrator", "no": "no administrator"}.get(cell.answer, f"administrator {cell.answer}")


def _whom(cell: Cell) -> str:
    return {"yes": "an administrator", "no": "no administrator"}.get(
        cell.answer, f"whether they are an administrator is {cell.answer}"
    )
