"""A report for a terminal: rich draws the tables, in colour where there is one. Pure: it returns the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from mfa_association.review.escape import spoken, visible
from mfa_association.review.facts import NotChecked
from mfa_association.review.findings import Cell, Finding, Report, resource_name, short
from mfa_association.review.sentence import code_notes, consequence, sentence

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "blue",
    "info": "dim",
    "none": "green",
    "unassessed": "bold red",
}
_LOSSES = ("RISK", "USER", "DEVICE", "WHAT HAPPENS", "LEFT", "PASSWORD", "ADMIN", "DECLARED AT")
_GAINS = ("RISK", "USER", "DEVICE", "WHAT HAPPENS", "WHY", "DECLARED AT")


def to_text(report: Report, causes: Sequence[str] = (), *, colour: bool = False, width: int = 160) -> str:
    """The sentence and the tables. ``causes``: why the gate is closed; ``width``: columns of the terminal.

    A closed gate's text begins with ``FAIL: 2 failures:``, and an open one's own words hold "fail" nowhere: policy checks
    of Atlantis look for the first (``[1-9][0-9]* failure``, or a text that begins with FAIL), older ones for the second.
    """
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=colour, no_color=not colour, width=width, highlight=False, emoji=False)
    for line in _closed(report, causes):
        console.print(Text(line))
    console.print(Text(sentence(report), style=_COLOURS[report.verdict]))
    for line in _explanations(report):
        console.print(Text(line))
    if report.losses:
        console.print(_table(_LOSSES, report.losses, [_loss_row(finding) for finding in report.losses]))
    if report.gains:
        console.print(_table(_GAINS, report.gains, [_gain_row(finding) for finding in report.gains]))
    for change in report.changes:
        rated = Text(f"{change.risk:<9}", style=_COLOURS[change.risk])
        console.print(rated.append(f"{visible(resource_name(change.address))} {spoken(change.what)}", style="default"))
    for line in _rest(report):
        console.print(Text(line))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _explanations(report: Report) -> Iterator[str]:
    if report.failure is not None:
        yield visible(report.failure, 300)
    elif (meaning := consequence(report)) is not None:
        yield f"If this is merged: {spoken(meaning)}"
    yield from (spoken(line) for line in code_notes(report))


def _closed(report: Report, causes: Sequence[str]) -> Iterator[str]:
    """What a closed gate says first; a report that could not assess closes it as well."""
    reasons = list(causes) if report.failure is None else ["could not assess"]
    if reasons:
        yield f"FAIL: {len(reasons)} {'failure' if len(reasons) == 1 else 'failures'}:"
        yield from (f"- {visible(cause, 300)}" for cause in reasons)
        yield ""


def _table(headers: Sequence[str], findings: Sequence[Finding], rows: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for finding, row in zip(findings, rows, strict=True):
        table.add_row(Text(row[0], style=_COLOURS[finding.risk]), *map(Text, row[1:]))
    return table


def _loss_row(finding: Finding) -> tuple[str, ...]:
    basis = {"live": "", "managed": " or more", "all": ""}[finding.left.basis]
    left = f"{finding.left.count}{basis}"
    return (
        *_start(finding),
        spoken(finding.what),
        left,
        _cell(finding.console_password),
        _cell(finding.administrator),
        _where(finding),
    )


def _gain_row(finding: Finding) -> tuple[str, ...]:
    return (*_start(finding), spoken(finding.what), spoken(finding.why), _where(finding))


def _start(finding: Finding) -> tuple[str, str, str]:
    device = {"user-deleted": "all", "password-given": "none"}.get(finding.kind, "not known yet")
    serial = visible(short(finding.serial_number)) if finding.serial_number else device
    return finding.risk, visible(finding.who), serial


def _cell(cell: Cell) -> str:
    return f"{cell.answer}: {visible(cell.note, 80)}" if cell.note else cell.answer


def _where(finding: Finding) -> str:
    return visible(str(finding.place) if finding.place else resource_name(finding.address))


def _rest(report: Report) -> Iterator[str]:
    live = report.live
    for address, cause in live.predicted_failures if live else ():
        yield f"would stop: {visible(resource_name(address))}: {visible(cause, 300)}"
    if live and not isinstance(live.password_only_users, NotChecked) and live.password_only_users:
        yield f"others with a console password and no device: {', '.join(visible(name) for name in live.password_only_users)}"
    if live and isinstance(live.checked_as, NotChecked):
        yield f"AWS was not asked: {visible(live.checked_as.reason)}"
    yield from report.notes
