"""A text that is too long for a forge, cut after a whole line: what is open is closed, what is left out is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"\|[\s:|-]+\|\s*")
_NOTICE = "**Cut here, at {whose}'s limit: {rows} of {all_rows} rows of tables are left out.** {where}"


class _Line(NamedTuple):
    """``is_row``: a row of a table, neither its header nor the rule below. ``details``, ``fence``: open after it."""

    text: str
    is_row: bool
    details: int
    fence: str


def in_bytes(text: str) -> int:
    """The size of a text in UTF-8."""
    return len(text.encode())


def fit(text: str, limit: int, where: str, size: Callable[[str], int] = len, *, whose: str) -> str:
    """The text if its size is below the limit, else its first lines; ``where`` says where the rest is, ``whose`` whose
    limit it is.

    Nothing, where not even that much has room.
    """
    if size(text) < limit:
        return text
    lines = list(_read(text.split("\n")))
    all_rows = sum(line.is_row for line in lines)
    room = limit - size(_NOTICE.format(whose=whose, rows=all_rows, all_rows=all_rows, where=where)) - 1
    if room <= 0:
        return ""
    kept, closing = _kept(lines, room, size)
    rows = all_rows - sum(line.is_row for line in kept)
    notice = _NOTICE.format(whose=whose, rows=rows, all_rows=all_rows, where=where)
    return "\n".join(line.text for line in kept) + closing + notice


def _kept(lines: list[_Line], room: int, size: Callable[[str], int]) -> tuple[list[_Line], str]:
    """As many lines as there is room for, and what closes them."""
    used, count, closing = 0, 0, ""
    for number, line in enumerate(lines, 1):
        used += size(line.text) + 1
        ends = _closing(line)
        if used + size(ends) <= room:
            count, closing = number, ends
        elif used > room:
            break
    return lines[:count], closing


def _closing(line: _Line) -> str:
    fence = f"\n{line.fence}" if line.fence else ""
    return f"{fence}\n\n" + "</details>\n" * line.details + "\n" * bool(line.details)


def _read(texts: list[str]) -> Iterator[_Line]:
    details, fence = 0, ""
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
        found = _FENCE.match(text)
        if fence:
            closes = found and found[1].startswith(fence) and not text.strip().strip(fence[0])
            fence = "" if closes else fence
            yield _Line(text, False, details, fence)
            continue
        fence = found[1] if found else ""
        if text.startswith(("<details", "</details")):
            details = max(0, details + text.count("<details") - text.count("</details"))
        is_row = text.startswith("|") and not _RULE.fullmatch(text) and not _RULE.fullmatch(following)
        yield _Line(text, is_row, details, fence)
