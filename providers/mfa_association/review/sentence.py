"""A report in one sentence, what the worst of it means, and what code could do besides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mfa_association.review.findings import Finding, Name, Phrase, Report, resource_name, short

_UNASSESSED = "Could not assess who loses an MFA device"


def sentence(report: Report) -> str:
    """``3 users lose an MFA device; 2 would be left with none, 1 could sign in with a password alone.``"""
    if report.failure is not None:
        return f"{_UNASSESSED}."
    lose = _holders(_lost(report))
    gain = _holders(finding for finding in report.gains if finding.counts)
    first = f"{_users(len(lose), 'lose')} an MFA device{_remaining(report)}" if lose else "No MFA device is removed"
    return f"{first}. {_users(len(gain), 'gain')} one." if gain else f"{first}."


def losers(report: Report) -> tuple[int, int, int]:
    """How many holders lose a device, how many of them are left with none, and with how many that is not known."""
    lost = _lost(report)
    none = _holders(finding for finding in lost if finding.left.last)
    maybe = _holders(finding for finding in lost if finding.left.last is None)
    return len(_holders(lost)), len(none), len(maybe)


def password_alone(report: Report) -> int:
    """How many of those who may be left with none have a console password, as far as is known."""
    bare = (finding for finding in _lost(report) if finding.left.last is not False and finding.counts)
    return len(_holders(finding for finding in bare if finding.console_password.answer == "yes"))


def gainers(report: Report) -> int:
    """How many holders gain a device."""
    return len(_holders(finding for finding in report.gains if finding.counts))


def consequence(report: Report) -> Phrase | None:
    """What the worst of a report means for the account, to somebody who does not know the words; None where it is mild."""
    if report.verdict not in ("critical", "high"):
        return None
    findings = [finding for finding in (*report.losses, *report.gains) if finding.risk == report.verdict]
    if findings:
        return _of_findings(findings)
    changes = [change for change in report.changes if change.risk == report.verdict]
    if changes:
        return (Name(changes[0].address), " ", *changes[0].what, ".")
    return ("code runs that no preview shows.",)


def _of_findings(findings: list[Finding]) -> Phrase:
    """The first finding, with how many others it is true of as well."""
    worst = findings[0]
    same = {
        finding.holder.key
        for finding in findings
        if finding.is_loss and finding.holder and worst.holder and _meaning(finding) == _meaning(worst)
    }
    others = len(same) - 1 if worst.is_loss else 0
    words = _meaning(worst) if worst.is_loss else _gain(worst)
    return (*_who(worst, others), *(_plural(words) if others > 0 else words))


def _who(finding: Finding, others: int) -> Phrase:
    who: Phrase = (Name(str(finding.holder)),) if finding.holder else (f"a holder that is {finding.who}",)
    if others > 0:
        return (*who, f" and {others} other{'' if others == 1 else 's'}")
    return ("the ", *who) if finding.holder and finding.holder.root_account_id and finding.is_loss else who


def _meaning(finding: Finding) -> Phrase:
    """What a loss means, after its holder."""
    if finding.holder and finding.holder.root_account_id:
        return (" loses an MFA device.",)
    if finding.left.last is False:
        return (" loses an MFA device, and nothing keeps it if its replacement does not come.",)
    password = finding.console_password.answer == "yes"
    if finding.left.last is None:
        return (
            f" may be left with no MFA device{', and has a console password' if password else ''}{_power(finding)}.",
        )
    if password:
        return (f" could sign in to the AWS console with a password alone{_power(finding)}.",)
    return (" would be left with no MFA device.",)


def _plural(words: Phrase) -> Phrase:
    """The same of several."""
    text = "".join(part if isinstance(part, str) else part.text for part in words)
    changed = text.replace(" loses an", " lose an").replace(" has a console password", " have a console password")
    return (changed.replace("with a password alone", "with their passwords alone"),)


def _gain(finding: Finding) -> Phrase:
    if finding.kind == "password-given":
        return (f" could sign in to the AWS console with a password alone{_power(finding)}.",)
    device: Phrase = (Name(short(finding.serial_number)),) if finding.serial_number else ("that is not known yet",)
    author = ", who wrote this change, " if finding.own_line else " "
    verb = "gets" if finding.kind in ("added", "moved-here") else "has"
    more: Phrase = () if finding.counts else (", which ", *finding.what)
    article = "the MFA device " if finding.serial_number else "an MFA device "
    return (f"{author}{verb} {article}", *device, *more, f"{_power(finding)}.")


def _power(finding: Finding) -> str:
    if finding.holder and finding.holder.root_account_id:
        return ""
    return ", with the rights of an administrator" if finding.administrator.answer == "yes" else ""


def _lost(report: Report) -> list[Finding]:
    """Every loss that takes a device from somebody, whether or not they can still sign in."""
    return [finding for finding in report.losses if finding.counts or finding.removal]


def _remaining(report: Report) -> str:
    total, none, maybe = losers(report)
    alone = password_alone(report)
    bare = "could sign in with a password alone" if alone else ""
    if total == 1:
        parts = ["would be left with none"] if none else ["may be left with none"] if maybe else []
        return f" and {', and '.join([*parts, *([bare] if bare else [])])}" if parts else "; another one stays"
    if not none and not maybe:
        return "; all of them keep another"
    counted = ((none, "would be left with none"), (maybe, "may be left with none"), (alone, bare))
    return "; " + ", ".join(f"{'all' if count == total else count} {words}" for count, words in counted if count)


def _users(count: int, verb: str) -> str:
    return f"{count} user {verb}s" if count == 1 else f"{count} users {verb}"


def _holders(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """Whom findings are about; each that names nobody counts as one more."""
    return {finding.holder.key if finding.holder else ("?", finding.address) for finding in findings}


_MOST = 3
_MOST_CODE = 20
"""More than anybody adds by chance: decoys must not push the one file that matters out of the line."""
_PROSE = (".md", ".rst", ".png", ".svg", ".jpg", ".gif")


def code_notes(report: Report) -> list[Phrase]:
    """A line for changed files, and one for resources that run code."""
    notes: list[Phrase] = []
    if report.files:
        prose = [name for name in report.files if name.lower().endswith(_PROSE)]
        code = [name for name in report.files if name not in prose]
        most = max(_MOST, min(len(code), _MOST_CODE))
        notes.append((*_some([*code, *prose], "file", most), " changed: code can do what no preview shows"))
    if report.code:
        verb = (
            " runs code: no preview shows what it does"
            if len(report.code) == 1
            else " run code: no preview shows what it does"
        )
        notes.append((*_some([resource_name(address) for address in report.code], "resource"), verb))
    return notes


def _some(names: Sequence[str], noun: str, most: int = _MOST) -> Phrase:
    """The first few by name, and how many more."""
    rest = len(names) - most
    shown = names if rest <= 0 else names[:most]
    parts: list[str | Name] = []
    for number, name in enumerate(shown):
        last = number == len(shown) - 1
        parts += ([] if number == 0 else [" and " if last and rest <= 0 else ", "]) + [Name(name)]
    return (*parts, f" and {rest} other {noun}{'' if rest == 1 else 's'}") if rest > 0 else tuple(parts)
