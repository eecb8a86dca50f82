"""Names that somebody chose, in Markdown and on a terminal: shown as they are, never obeyed. Pure.

Ours, because an escaped name can still act: after markdownify 1.2.3 escaped them, four of the 25 names of
``tests/review/test_hostile.py`` mention everybody or link, as GitHub links a bare URL and any `@name` outside of code.
Drop ours for a library that puts any text into a code span of a table cell as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from mfa_association.review.findings import Name, Phrase

_MOST = 160
_MOST_KEY = 400
_TICKS = re.compile(r"`+")


def visible(text: str, most: int = _MOST) -> str:
    """One line without control characters: those, and what turns the direction of writing, show as escapes."""
    shown = "".join(
        "\\\\" if char == "\\" else char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text[: most + 1]
    )
    return shown if len(text) <= most else f"{shown[:most]}…"


def code(text: str, most: int = _MOST) -> str:
    """A code span that holds exactly this text: GitHub mentions nobody and renders nothing in it."""
    shown = visible(text, most)
    if not shown.strip():
        return "(blank)"
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def row(cells: Sequence[str]) -> str:
    """A row of a table. Bars inside of cells are escaped; backslashes are doubled already, so none stands before one."""
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def markdown(phrase: Phrase) -> str:
    """A phrase with its names in code spans."""
    return "".join(code(part.text) if isinstance(part, Name) else part for part in phrase)


def spoken(phrase: Phrase) -> str:
    """A phrase for a terminal."""
    return "".join(visible(part.text) if isinstance(part, Name) else part for part in phrase)


def key(stack: str) -> str:
    """A stack's name for the hidden marker: nothing in it can end the comment or look like another field."""
    return quote(stack, safe="/._-", errors="backslashreplace")[:_MOST_KEY]
