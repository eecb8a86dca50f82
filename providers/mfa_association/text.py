"""What others wrote, as a message may show it: a value that a user typed, the words of AWS or of a forge."""

from __future__ import annotations

import re

_SHOWN = 80
# Besides control characters: what breaks a line or turns its direction. Not compiled at start, for which engines wait.
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+"


def show(value: object) -> str:
    """Quote a value for a message: printable ASCII on one line, shortened."""
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def on_one_line(text: str) -> str:
    """The same words on one line, without control characters."""
    return re.sub(_CONTROL, " ", text).strip()
