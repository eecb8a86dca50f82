"""One line for what no preview shows: code that the change brings, or runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_association.review.findings import Name, Phrase, Report, resource_name

_MOST = 3
_MOST_CODE = 20
"""More than anybody adds by chance: decoys must not push the one file that matters out of the line."""
_PROSE = (".md", ".rst", ".png", ".svg", ".jpg", ".gif")


def code_notes(report: Report) -> list[Phrase]:
    """A line for changed files, and one for resources that run code."""
    found: list[Phrase] = []
    if report.files:
        prose = [name for name in report.files if name.lower().endswith(_PROSE)]
        code = [name for name in report.files if name not in prose]
        most = max(_MOST, min(len(code), _MOST_CODE))
        found.append((*_some([*code, *prose], "file", most), " changed: code can do what no preview shows"))
    if report.code:
        verb = (
            " runs code: no preview shows what it does"
            if len(report.code) == 1
            else " run code: no preview shows what it does"
        )
        found.append((*_some([resource_name(address) for address in report.code], "resource"), verb))
    return found


def _some(names: Sequence[str], noun: str, most: int = _MOST) -> Phrase:
    """The first few by name, and how many more."""
    rest = len(names) - most
    shown = names if rest <= 0 else names[:most]
    parts: list[str | Name] = []
    for number, name in enumerate(shown):
        last = number == len(shown) - 1
        parts += ([] if number == 0 else [" and " if last and rest <= 0 else ", "]) + [Name(name)]
    return (*parts, f" and {rest} other {noun}{'' if rest == 1 else 's'}") if rest > 0 else tuple(parts)
