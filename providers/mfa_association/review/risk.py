"""How bad it is that somebody loses or gains a device: the tables of docs/review.md. Pure.

The worst rule wins, and what is not known moves a finding one row up, never down.
"""

from __future__ import annotations

from typing import Final

from mfa_association.review.findings import RISKS, Cell, Left, Risk

CIS_USER: Final = (
    "CIS AWS Foundations Benchmark v1.4.0 to v4.0.1: 1.10",
    "v5.0.0: 1.9",
    "v6.0.0: 2.9",
)
"""MFA for every IAM user with a console password."""
CIS_ROOT: Final = (
    "CIS AWS Foundations Benchmark v1.4.0 to v4.0.1: 1.5 and 1.6",
    "v5.0.0: 1.4 and 1.5",
    "v6.0.0: 2.4 and 2.5",
)
"""MFA, and hardware MFA, for the root user."""

Rated = tuple[Risk, str]


def worse(*risks: Risk) -> Risk:
    """The worst of some risks."""
    return min(risks, key=RISKS.index)


def one_up(risk: Risk) -> Risk:
    """One row up."""
    return RISKS[max(RISKS.index(risk) - 1, 0)]


def of_loss(left: Left, password: Cell, administrator: Cell, *, root: bool, gap: bool) -> Rated:
    """How bad a loss is. ``gap``: what replaces the device is added only after it, or nobody knows when."""
    if root:
        return "critical", "a device of the root user"
    if left.last is False:
        if gap:
            return "medium", "removed before the new device is added"
        return "low", "another device stays" if left.count > left.coming else "the new device is added first"
    if password.answer == administrator.answer == "yes":
        return "critical", f"{_last(left)}, with a console password, of an administrator"
    if left.last is None:
        return "high", "whether another device stays is not known"
    base: Risk = "high" if "yes" in (password.answer, administrator.answer) else "medium"
    risk = one_up(base) if password.unknown or administrator.unknown else base
    return risk, f"{_last(left)}, {_password(password)}, {_administrator(administrator)}"


def of_gain(administrator: Cell, *, root: bool, own_line: bool, at_least: Risk) -> Rated:
    """How bad it is that somebody gains a device. ``own_line``: whoever wrote the change is its holder."""
    powerful = root or administrator.answer in ("yes", "not fully determined")
    whom = "the root user" if root else _whom(administrator)
    if own_line:
        return ("critical" if powerful else "high"), f"the author of the change; {whom}"
    risk: Risk = "high" if powerful else "medium" if administrator.unknown else "low"
    return worse(risk, at_least), whom


def of_password(left: Left, administrator: Cell) -> Rated:
    """How bad it is that somebody who may hold no device is given a console password."""
    base: Risk = "high" if left.last else "medium"
    risk = one_up(base) if administrator.answer in ("yes", "not fully determined") else base
    sure = "no MFA device" if left.last else "no MFA device that the code declares"
    return risk, f"{sure}; {_whom(administrator)}"


def _last(left: Left) -> str:
    return "the last device" if left.last else "perhaps the last device"


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
