"""A report as the comment of a pull request, in GitHub's Markdown. Pure: the same report gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mfa_association.review.escape import code, key, markdown, row
from mfa_association.review.facts import NotChecked
from mfa_association.review.findings import Cell, Finding, Left, Report, short
from mfa_association.review.sentence import consequence, sentence

MOST_ROWS = 50
_MOST_BYTES = 60_000
"""GitHub takes 65,536 characters; the marker of the run, and what else is added, must fit as well."""
_ICONS = {
    "critical": "🔴",
    "high": "🟠",
    "medium": "🟡",
    "low": "🔵",
    "info": "⚪",
    "none": "🟢",
    "unassessed": "⛔",
}
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
    yield f"### {_ICONS[report.verdict]} {sentence(report)}"
    yield ""
    yield from _alert(report)
    for note in report.notes:
        yield note
        yield ""
    if report.losses:
        yield from _table(_LOSSES, report.losses, _loss_row, rows)
    serious = any(one.risk in ("critical", "high") for one in report.gains)
    if report.gains and serious:
        yield "**Who gains what**"
        yield ""
        yield from _table(_GAINS, report.gains, _gain_row, rows)
    elif report.gains:
        yield from _collapsed(f"Who gains what ({len(report.gains)})", _table(_GAINS, report.gains, _gain_row, rows))
    yield from _obstacles(report, rows)
    yield from _bare(report, rows)
    yield from _reasons(report, rows)
    yield _footer(report, commit)


def _alert(report: Report) -> Iterator[str]:
    if report.failure is not None:
        yield "> [!CAUTION]"
        yield f"> {code(report.failure, 300)}"
        yield ">"
        yield "> Nothing is known of this change: it may remove any device. Mend the preview and run it again."
        yield ""
        return
    verdict = report.verdict
    if verdict in ("critical", "high"):
        worst = next(one for one in (*report.losses, *report.gains) if one.risk == verdict)
        yield "> [!CAUTION]" if verdict == "critical" else "> [!WARNING]"
        yield f"> If this is merged: {markdown(consequence(worst))}"
        yield ""


def _table(
    headers: Sequence[str], findings: Sequence[Finding], cells: Callable[[Finding], Sequence[str]], rows: int
) -> Iterator[str]:
    yield row(headers)
    yield row(["---"] * len(headers))
    yield from (row(cells(one)) for one in findings[:rows])
    yield ""
    if len(findings) > rows:
        yield f"The {rows} worst of {len(findings)} rows."
        yield ""


def _loss_row(one: Finding) -> tuple[str, ...]:
    return (
        _risk(one),
        _user(one),
        _device(one),
        markdown(one.what),
        _left(one.left),
        _cell(one.console_password),
        _cell(one.administrator),
        markdown(one.undo),
        _where(one),
    )


def _gain_row(one: Finding) -> tuple[str, ...]:
    return (
        _risk(one),
        _user(one),
        _device(one),
        markdown(one.what),
        markdown(one.why),
        _cell(one.administrator),
        _where(one),
    )


def _risk(one: Finding) -> str:
    name = one.risk.capitalize()
    return f"{_ICONS[one.risk]} {f'**{name}**' if one.risk in ('critical', 'high') else name}"


def _user(one: Finding) -> str:
    return code(str(one.holder)) if one.holder else "not known yet"


def _device(one: Finding) -> str:
    if one.kind == "user-deleted":
        return "all"
    if one.kind == "password-given":
        return "none"
    if one.serial_number is None:
        return "not known yet"
    kind = {"fido": "FIDO key", "unknown": "unknown kind"}.get(one.device_kind, one.device_kind)
    return f"{code(short(one.serial_number))} ({kind})"


def _left(left: Left) -> str:
    return {
        "live": f"{left.count} (live)",
        "managed": f"≥ {left.count} (managed only)",
        "all": str(left.count),
    }[left.basis]


def _cell(cell: Cell) -> str:
    text = f"**{cell.answer}**" if cell.answer == "yes" else cell.answer
    if not cell.note:
        return text
    return f"{text} ({code(cell.note, 80)})" if cell.answer == "not checked" else text


def _where(one: Finding) -> str:
    return code(str(one.place)) if one.place else code(_name(one.address), 80)


def _name(address: str) -> str:
    return address.split("::", 3)[-1] if address.startswith("urn:") else address


def _collapsed(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _reasons(report: Report, rows: int) -> Iterator[str]:
    findings = [*report.losses[:rows], *report.gains[:rows]]
    if findings:
        yield from _collapsed("Why these risks", _reason_lines(findings))


def _reason_lines(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        used = f"password last used: {code(one.last_sign_in, 40)}" if one.last_sign_in else ""
        by = f"administrator: {code(one.administrator.note)}" if one.administrator.note else ""
        parts = [markdown(one.why), by, used, "; ".join(one.cis), code(one.address, 240)]
        yield f"- {_risk(one)} {_user(one)}, {_device(one)}: {'; '.join(part for part in parts if part)}"
    yield ""


def _obstacles(report: Report, rows: int) -> Iterator[str]:
    live = report.live
    if live and live.obstacles:
        found = live.obstacles
        lines = [f"- {code(_name(address), 80)}: {code(cause, 300)}" for address, cause in found[:rows]]
        yield from _collapsed(f"Would fail when applied ({len(found)})", iter([*lines, *_more(found, rows), ""]))
    if live and live.not_foreseen:
        lines = [f"- {code(cause, 300)}" for cause in live.not_foreseen[:rows]]
        yield from _collapsed("Not looked for before it is applied", iter([*lines, ""]))


def _bare(report: Report, rows: int) -> Iterator[str]:
    found = report.live.bare if report.live else ()
    if isinstance(found, NotChecked):
        return
    if found:
        lines = [f"- {code(name)}" for name in found[:rows]]
        title = f"Others who have a console password and no MFA device ({len(found)})"
        if report.live and report.live.bare_as_of:
            lines = [f"As of {code(report.live.bare_as_of, 40)}:", "", *lines]
        yield from _collapsed(title, iter([*lines, *_more(found, rows), ""]))


def _more(found: Sequence[object], rows: int) -> Iterator[str]:
    if len(found) > rows:
        yield f"- and {len(found) - rows} more"


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
    return f"AWS was asked as {code(live.checked_as)}{when}"
