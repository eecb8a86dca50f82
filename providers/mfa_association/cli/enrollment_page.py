"""What an enrolment shows in a terminal: the QR code whole, words at its right, and room for two codes below. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from rich.console import ConsoleDimensions
from rich.text import Text

from mfa_association.cli.qr import QrCode
from mfa_association.errors import MfaError

_BORDERS: Final = (2, 1)
"""Light modules around it. The standard asks for 4 on paper; cameras read a screen with 1, and 2 is surer."""
_CODES: Final = 2
_WORDS: Final = 28
_MOST_WORDS: Final = 44
_GAP: Final = 2
_LIGHT_ON_DARK: Final = "color(231) on color(16)"


class WindowTooSmall(MfaError):
    """The window is too small to show the QR code of `enroll` whole."""

    def __init__(self, columns: int, lines: int, least_columns: int, least_lines: int) -> None:
        super().__init__(
            f"drawing the QR code: the window has {columns} columns and {lines} lines, and {least_columns} and "
            f"{least_lines} are needed; nothing was changed, enlarge it, or give --qr-file"
        )


def page(picture: QrCode, words: Sequence[str], window: ConsoleDimensions) -> list[Text]:
    """The lines to print. ``words``: paragraphs. Raises ``WindowTooSmall``."""
    for border in _BORDERS:
        drawn = picture.lines(border)
        columns, lines = len(drawn[0]) + _GAP + _WORDS, len(drawn) + _CODES
        if columns <= window.width and lines <= window.height:
            return _beside(drawn, words, min(window.width - len(drawn[0]) - _GAP, _MOST_WORDS))
    raise WindowTooSmall(*window, columns, lines)


def _beside(drawn: list[str], words: Sequence[str], width: int) -> list[Text]:
    wrapped = [line for paragraph in words for line in ("", *textwrap.wrap(paragraph, width))]
    return [
        Text(row, _LIGHT_ON_DARK).append(f"{' ' * _GAP}{text}", "default on default")
        for row, text in zip_longest(drawn, wrapped[: len(drawn)], fillvalue="")
    ]
