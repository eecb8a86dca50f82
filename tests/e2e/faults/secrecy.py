"""Under every fault: no code that a run was given is in what was said, in process arguments, or plain in the state."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

CODES_VARIABLE = "MFA_ASSOCIATION_CODES"


class Secrecy:
    """The codes that went in, and everything that came out."""

    def __init__(self, state: Path, files: str = "*.json") -> None:
        self._state, self._files, self._codes = state, files, set[str]()
        self._outlets: list[Callable[[], str]] = []

    def give(self, env: dict[str, str]) -> None:
        """Codes go into a run."""
        self._codes |= set(re.findall(r"\b\d{6}\b", env.get(CODES_VARIABLE, "")))

    def listen(self, outlet: Callable[[], str]) -> None:
        """Something comes out of it; asked in the end."""
        self._outlets.append(outlet)

    def check(self) -> None:
        """None of the codes is in it."""
        said = [outlet() for outlet in self._outlets]
        assert not self._codes & set(re.findall(r"\b\d{6}\b", "\n".join(said)))
        quoted = set(re.findall(r'"(\d{6})\\*"', "".join(file.read_text() for file in self._state.rglob(self._files))))
        assert not self._codes & quoted
