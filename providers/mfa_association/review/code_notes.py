"""One line for what no preview shows: code that the change brings, or runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_association.review.findings import Name, Phrase, Report, resource_name

_MOST = 3


def code_notes(report: Report) -> list[Phrase]:
    """A line for changed files, and one for resources that run code."""
    found: list[Phrase] = []
    if report.files:
        found.append((*_some(report.files, "file"), " changed: code can do what no preview shows"))
    if report.code:
        verb = (
            " runs code: no preview shows what it does"
            if len(report.code) == 1
            else " run code: no preview shows what it does"
        )
        found.append((*_some([resource_name(address) for address in report.code], "resource"), verb))
    return found


def _some(names: Sequence[str], noun: str) -> Phrase:
    """The first few by name, and how many more."""
    rest = len(names) - _MOST
    shown = names if rest <= 0 else names[:_MOST]
    parts: list[str | Name] = []
    for number, name in enumerate(shown):
        last = number == len(shown) - 1
        parts += ([] if number == 0 else [" and " if last and rest <= 0 else ", "]) + [Name(name)]
    return (*parts, f" and {rest} other {noun}{'' if rest == 1 else 's'}") if rest > 0 else tuple(parts)
