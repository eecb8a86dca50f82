"""A report as the comment of a pull request, in GitHub's Markdown. Pure: the same report gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mfa_association.review.details import (
    ICONS,
    answer,
    bare,
    changes,
    collapsed,
    device,
    left,
    obstacles,
    reasons,
    risk,
    user,
    where,
)
from mfa_association.review.escape import code, key, markdown, row
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import Finding, Report
from mfa_association.review.sentence import code_notes, consequence, sentence

MOST_ROWS = 50
_MOST_BYTES = 60_000
"""GitHub takes 65,536 characters; the marker of the run, and what else is added, must fit as well."""
_LOSSES = (
    "Risk",
    "User",
    "Device",
    "What happens",
    "Devices left",
    "Console password",
    "Administrator",
    "Can it be undone?",
    "Declared at",
)
_GAINS = ("Risk", "User", "Device", "What happens", "Why this risk", "Administrator", "Declared at")


def to_markdown(report: Report, commit: str | None = None) -> str:
    """The comment: marker, sentence, alert, the table of losses, and the rest collapsed. ``commit`` is only shown.

    At most 50 rows a table, fewer if their names are long, with exact totals.
    """
    for rows in (MOST_ROWS, 20, 8, 3, 1, 0):
        text = "\n".join(_lines(report, commit, rows)) + "\n"
        if len(text.encode("utf-8")) <= _MOST_BYTES:
            return text
    raise AssertionError("a comment without rows is short")


def _lines(report: Report, commit: str | None, rows: int) -> Iterator[str]:
    yield f"<!-- mfa-review {key(report.stack)} verdict={report.verdict} -->"
    yield f"### {ICONS[report.verdict]} {sentence(report)}"
    yield ""
    yield from _alert(report)
    for note in (*(f"{markdown(line)}." for line in code_notes(report)), *report.notes):
        yield note
        yield ""
    if report.losses:
        yield from _table(_LOSSES, report.losses, _loss_row, rows)
    serious = any(finding.risk in ("critical", "high") for finding in report.gains)
    if report.gains and serious:
        yield "**Who gains what**"
        yield ""
        yield from _table(_GAINS, report.gains, _gain_row, rows)
    elif report.gains:
        yield from collapsed(f"Who gains what ({len(report.gains)})", _table(_GAINS, report.gains, _gain_row, rows))
    yield from changes(report, rows)
    yield from obstacles(report, rows)
    yield from bare(report, rows)
    yield from reasons(report, rows)
    yield _footer(report, commit)


def _alert(report: Report) -> Iterator[str]:
    if report.failure is not None:
        yield "> [!CAUTION]"
        yield f"> {code(report.failure, 300)}"
        yield ">"
        yield "> Nothing is known of this change: it may remove any device. Fix the preview and run it again."
        yield ""
        return
    meaning = consequence(report)
    if meaning is not None:
        yield "> [!CAUTION]" if report.verdict == "critical" else "> [!WARNING]"
        yield f"> If this is merged: {markdown(meaning)}"
        yield ""


def _table(
    headers: Sequence[str], findings: Sequence[Finding], cells: Callable[[Finding], Sequence[str]], rows: int
) -> Iterator[str]:
    yield row(headers)
    yield row(["---"] * len(headers))
    yield from (row(cells(finding)) for finding in findings[:rows])
    yield ""
    if len(findings) > rows:
        yield f"The {rows} worst of {len(findings)} rows."
        yield ""


def _loss_row(finding: Finding) -> tuple[str, ...]:
    return (
        risk(finding),
        user(finding),
        device(finding),
        markdown(finding.what),
        left(finding.left),
        answer(finding.console_password),
        answer(finding.administrator),
        markdown(finding.undo),
        where(finding),
    )


def _gain_row(finding: Finding) -> tuple[str, ...]:
    return (
        risk(finding),
        user(finding),
        device(finding),
        markdown(finding.what),
        markdown(finding.why),
        answer(finding.administrator),
        where(finding),
    )


def _footer(report: Report, commit: str | None) -> str:
    parts = [code(report.stack)]
    parts += [f"commit {code(commit, 40)}"] if commit else []
    if report.engine_version:
        parts.append(f"{report.engine.capitalize()} {code(report.engine_version, 40)}")
    parts.append(_checked(report))
    return f"<sub>{' · '.join(parts)}</sub>"


def _checked(report: Report) -> str:
    live = report.live
    if live is None:
        return "AWS was not asked"
    if isinstance(live.checked_as, NotChecked):
        return f"AWS was not asked: {code(live.checked_as.reason)}"
    when = f" at {code(live.checked_at, 40)}" if live.checked_at else ""
    return f"AWS was asked as {code(live.checked_as)}{when}{_lists(live)}"


def _lists(live: Live) -> str:
    """How old the lists are that told of users, groups and policies, where those were not asked for one by one."""
    if isinstance(live.listed_at, str):
        return f", users, groups and policies as of {code(live.listed_at, 40)}"
    return f", each user alone ({code(live.listed_at.reason, 80)})" if live.listed_at else ""
