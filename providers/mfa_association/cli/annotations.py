"""Lines that GitHub Actions shows beside a file: its workflow commands ``error`` and ``warning``.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. How they are escaped is in no page;
it is what GitHub's own toolkit does (``packages/core/src/command.ts``).
"""

from __future__ import annotations

_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_TEXT | str.maketrans({":": "%3A", ",": "%2C"})


def annotation(level: str, text: str, **properties: str) -> str:
    """One workflow command; no text or property can end it early or begin another."""
    said = ",".join(f"{name}={value.translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {said}::{text.translate(_IN_TEXT)}"
