"""The cells of the comment's tables, in GitHub's Markdown. Pure."""

from __future__ import annotations

from typing import Final

from mfa_association.review.escape import code
from mfa_association.review.findings import Cell, Finding, RemainingDevices, Verdict, resource_name, short
from mfa_association.review.model import Risk

ICONS: Final[dict[Verdict, str]] = {
    "critical": "🔴",
    "high": "🟠",
    "medium": "🟡",
    "low": "🔵",
    "info": "⚪",
    "none": "🟢",
    "unassessed": "⛔",
}


def risk(one: Finding) -> str:
    """How bad it is."""
    return rated(one.risk)


def rated(risk: Risk) -> str:
    """A risk; what is serious stands out."""
    word = risk.capitalize()
    return f"{ICONS[risk]} {f'**{word}**' if risk in ('critical', 'high') else word}"


def user(one: Finding) -> str:
    """Whom it is about."""
    return code(str(one.holder)) if one.holder else one.who


def device(one: Finding) -> str:
    """Which device, and of which kind."""
    if one.kind == "user-deleted":
        return "all"
    if one.kind == "password-given":
        return "none"
    if one.serial_number is None:
        return "not known yet"
    kind = {"fido": "FIDO key", "unknown": "unknown kind"}.get(one.device_kind, one.device_kind)
    return f"{code(short(one.serial_number))} ({kind})"


def left(have: RemainingDevices) -> str:
    """How many devices are left, and who says so."""
    return {
        "live": f"{have.count} (live)",
        "managed": f"≥ {have.count} (managed only)",
        "all": str(have.count),
    }[have.basis]


def answer(cell: Cell) -> str:
    """Yes, no, or why nobody knows."""
    text = f"**{cell.answer}**" if cell.answer == "yes" else cell.answer
    if not cell.note:
        return text
    return f"{text} ({code(cell.note, 80)})" if cell.answer == "not checked" else text


def where(one: Finding) -> str:
    """The line of the declaration, else what the resource is called."""
    return code(str(one.place)) if one.place else code(resource_name(one.address), 80)
