"""A report in one sentence, and what the worst of it means. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mfa_association.review.findings import Finding, Name, Phrase, Report, short

_UNASSESSED = "Could not assess who loses an MFA device"


def sentence(report: Report) -> str:
    """``2 users lose an MFA device; 1 would be left with none. 1 user gains one.``"""
    if report.failure is not None:
        return f"{_UNASSESSED}."
    lose = _holders(one for one in report.losses if one.counts)
    gain = _holders(one for one in report.gains if one.counts)
    first = f"{_users(len(lose), 'lose')} an MFA device{_remaining(report)}" if lose else _nobody(report)
    return f"{first}. {_users(len(gain), 'gain')} one." if gain else f"{first}."


def losers(report: Report) -> tuple[int, int, int]:
    """How many holders lose a device, how many of them are left with none, and with how many that is not known."""
    counted = [one for one in report.losses if one.counts]
    none = _holders(one for one in counted if one.left.last)
    maybe = _holders(one for one in counted if one.left.last is None)
    return len(_holders(counted)), len(none), len(maybe)


def gainers(report: Report) -> int:
    """How many holders gain a device."""
    return len(_holders(one for one in report.gains if one.counts))


def consequence(finding: Finding) -> Phrase:
    """What a finding means for the account, to somebody who does not know the words."""
    who = Name(str(finding.holder or "a holder that is not known yet"))
    if not finding.is_loss:
        return _gain(finding, who)
    if finding.holder and finding.holder.root_account_id:
        return ("the ", who, " loses an MFA device.")
    if finding.left.last is None:
        return ("whether ", who, " keeps another MFA device is not known.")
    if finding.left.last and finding.console_password.answer == "yes":
        return (who, f" could sign in to the AWS console with a password alone{_power(finding)}.")
    return (who, " would be left with no MFA device." if finding.left.last else " loses an MFA device.")


def _gain(finding: Finding, who: Name) -> Phrase:
    if finding.kind == "password-given":
        return (who, f" could sign in to the AWS console with a password alone{_power(finding)}.")
    device = Name(short(finding.serial_number)) if finding.serial_number else "a device that is not known yet"
    author = ", who wrote this change, " if finding.own_line else " "
    verb = "gets" if finding.kind in ("added", "moved-here") else "has"
    more: Phrase = () if finding.counts else (", which ", *finding.what)
    return (who, f"{author}{verb} the MFA device ", device, *more, f"{_power(finding)}.")


def _power(finding: Finding) -> str:
    if finding.holder and finding.holder.root_account_id:
        return ""
    return ", with the rights of an administrator" if finding.administrator.answer == "yes" else ""


def _nobody(report: Report) -> str:
    if any(one.removal for one in report.losses):
        return "Nobody who can still sign in loses an MFA device"
    return "No MFA device is removed"


def _remaining(report: Report) -> str:
    total, none, maybe = losers(report)
    if total in (none, maybe):
        return f" and {'would' if none else 'may'} be left with none"
    if not none and not maybe:
        return "; another one stays" if total == 1 else "; all of them keep another"
    parts = [f"{none} would be left with none"] if none else []
    parts += [f"{maybe} may be left with none"] if maybe else []
    return f"; {', '.join(parts)}"


def _users(count: int, verb: str) -> str:
    return f"{count} user {verb}s" if count == 1 else f"{count} users {verb}"


def _holders(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """Whom findings are about; each that names nobody counts as one more."""
    return {one.holder.key if one.holder else ("?", one.address) for one in findings}
