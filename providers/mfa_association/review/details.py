"""The parts of a comment: the cells of its tables, and what it keeps collapsed. Pure.

GitHub reads a summary as HTML, where a code span is none: no name stands in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mfa_association.review.escape import code, markdown
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import Cell, Finding, RemainingDevices, Report, Verdict, resource_name, short
from mfa_association.review.model import Risk


def collapsed(title: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines below a title that one clicks on."""
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def reasons(report: Report, rows: int) -> Iterator[str]:
    """Why each finding has its risk, with the benchmarks it breaks and its address."""
    findings = [*report.losses[:rows], *report.gains[:rows]]
    if findings:
        yield from collapsed("Why these risks", _reason_lines(findings))


def _reason_lines(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        used = f"password last used: {code(finding.last_sign_in, 40)}" if finding.last_sign_in else ""
        by = f"by {code(finding.administrator.note)}" if finding.administrator.note else ""
        parts = [markdown(finding.why), by, used, "; ".join(finding.cis), code(finding.address, 240)]
        yield f"- {risk(finding)} {user(finding)}, {device(finding)}: {'; '.join(part for part in parts if part)}"
    yield ""


def changes(report: Report, rows: int) -> Iterator[str]:
    """What else the change does that makes factors weaker, worst first; open where that is serious."""
    shown = report.changes
    if not shown:
        return
    lines = [
        f"- {rated(change.risk)} {code(resource_name(change.address), 80)} {markdown(change.what)}"
        for change in shown[:rows]
    ]
    more = [*lines, *_more(shown, rows), ""]
    if shown[0].risk in ("critical", "high"):
        yield from ("**What else gets weaker**", "", *more)
    else:
        yield from collapsed(f"What else gets weaker ({len(shown)})", iter(more))


def obstacles(report: Report, rows: int) -> Iterator[str]:
    """What would fail when it is applied, and what nobody could look for."""
    live = report.live
    if live and live.predicted_failures:
        failures = live.predicted_failures
        lines = [f"- {code(resource_name(address), 80)}: {code(cause, 300)}" for address, cause in failures[:rows]]
        yield from collapsed(f"Would fail when applied ({len(failures)})", iter([*lines, *_more(failures, rows), ""]))
    unknown = _not_looked_for(live) if live else []
    if unknown:
        lines = [f"- {code(cause, 300)}" for cause in unknown[:rows]]
        yield from collapsed(f"Not checked ({len(unknown)})", iter([*lines, *_more(unknown, rows), ""]))


def _not_looked_for(live: Live) -> list[str]:
    """Nothing where AWS was not asked at all: the last line says so."""
    if isinstance(live.checked_as, NotChecked):
        return []
    cells = (("permission to apply it", live.simulated_as), ("others without an MFA device", live.password_only_users))
    return [*(f"{what}: {cell.reason}" for what, cell in cells if isinstance(cell, NotChecked)), *live.not_foreseen]


def bare(report: Report, rows: int) -> Iterator[str]:
    """Users whom the change does not touch, and who sign in with a password alone."""
    users = report.live.password_only_users if report.live else ()
    if users and not isinstance(users, NotChecked):
        lines = [f"- {code(name)}" for name in users[:rows]]
        title = f"Others who have a console password and no MFA device ({len(users)})"
        if report.live and report.live.bare_as_of:
            lines = [f"As of {code(report.live.bare_as_of, 40)}:", "", *lines]
        yield from collapsed(title, iter([*lines, *_more(users, rows), ""]))


def _more(items: Sequence[object], rows: int) -> Iterator[str]:
    if len(items) > rows:
        yield f"- and {len(items) - rows} more"


ICONS: Final[dict[Verdict, str]] = {
    "critical": "🔴",
    "high": "🟠",
    "medium": "🟡",
    "low": "🔵",
    "info": "⚪",
    "none": "🟢",
    "unassessed": "⛔",
}


def risk(finding: Finding) -> str:
    """How bad it is."""
    return rated(finding.risk)


def rated(risk: Risk) -> str:
    """A risk; what is serious stands out."""
    word = risk.capitalize()
    return f"{ICONS[risk]} {f'**{word}**' if risk in ('critical', 'high') else word}"


def user(finding: Finding) -> str:
    """Whom it is about."""
    return code(str(finding.holder)) if finding.holder else finding.who


def device(finding: Finding) -> str:
    """Which device, and of which kind."""
    if finding.kind == "user-deleted":
        return "all"
    if finding.kind == "password-given":
        return "none"
    if finding.serial_number is None:
        return "not known yet"
    return f"{code(short(finding.serial_number))} ({finding.device_kind.label})"


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


def where(finding: Finding) -> str:
    """The line of the declaration, else what the resource is called."""
    return code(str(finding.place)) if finding.place else code(resource_name(finding.address), 80)
