"""What the comment keeps collapsed: why each risk, what would fail, and who else has no device. Pure.

GitHub reads a summary as HTML, where a code span is none: no name stands in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mfa_association.review.cells import device, rated, risk, user
from mfa_association.review.escape import code, markdown
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import Finding, Report, resource_name


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
    for one in findings:
        used = f"password last used: {code(one.last_sign_in, 40)}" if one.last_sign_in else ""
        by = f"by {code(one.administrator.note)}" if one.administrator.note else ""
        parts = [markdown(one.why), by, used, "; ".join(one.cis), code(one.address, 240)]
        yield f"- {risk(one)} {user(one)}, {device(one)}: {'; '.join(part for part in parts if part)}"
    yield ""


def changes(report: Report, rows: int) -> Iterator[str]:
    """What else the change does that makes factors weaker, worst first; open where that is serious."""
    found = report.changes
    if not found:
        return
    lines = [f"- {rated(one.risk)} {code(resource_name(one.address), 80)} {markdown(one.what)}" for one in found[:rows]]
    more = [*lines, *_more(found, rows), ""]
    if found[0].risk in ("critical", "high"):
        yield from ("**What else gets weaker**", "", *more)
    else:
        yield from collapsed(f"What else gets weaker ({len(found)})", iter(more))


def obstacles(report: Report, rows: int) -> Iterator[str]:
    """What would fail when it is applied, and what nobody could look for."""
    live = report.live
    if live and live.predicted_failures:
        found = live.predicted_failures
        lines = [f"- {code(resource_name(address), 80)}: {code(cause, 300)}" for address, cause in found[:rows]]
        yield from collapsed(f"Would fail when applied ({len(found)})", iter([*lines, *_more(found, rows), ""]))
    unknown = _not_looked_for(live) if live else []
    if unknown:
        lines = [f"- {code(cause, 300)}" for cause in unknown[:rows]]
        yield from collapsed(f"Could not be looked for ({len(unknown)})", iter([*lines, *_more(unknown, rows), ""]))


def _not_looked_for(live: Live) -> list[str]:
    """Nothing where AWS was not asked at all: the last line says so."""
    if isinstance(live.checked_as, NotChecked):
        return []
    cells = (("permission to apply it", live.simulated_as), ("others without an MFA device", live.password_only_users))
    return [*(f"{what}: {cell.reason}" for what, cell in cells if isinstance(cell, NotChecked)), *live.not_foreseen]


def bare(report: Report, rows: int) -> Iterator[str]:
    """Users whom the change does not touch, and who sign in with a password alone."""
    found = report.live.password_only_users if report.live else ()
    if found and not isinstance(found, NotChecked):
        lines = [f"- {code(name)}" for name in found[:rows]]
        title = f"Others who have a console password and no MFA device ({len(found)})"
        if report.live and report.live.bare_as_of:
            lines = [f"As of {code(report.live.bare_as_of, 40)}:", "", *lines]
        yield from collapsed(title, iter([*lines, *_more(found, rows), ""]))


def _more(found: Sequence[object], rows: int) -> Iterator[str]:
    if len(found) > rows:
        yield f"- and {len(found) - rows} more"
