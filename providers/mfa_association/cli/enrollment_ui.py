"""The user's side of an enrolment: the QR code on the screen, the codes from the keys, or both from pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mfa_association.aws.credentials import NewDevice
from mfa_association.cli.codes import CodePrompt, read_lines
from mfa_association.cli.qr import QrCode
from mfa_association.errors import MfaError

_BELOW = 9
"""Lines that are needed below a QR code."""


class TerminalEnrollmentUI:
    """An ``EnrollmentUI``. On a screen that is large enough the QR code is shown apart and gone when it was used."""

    def __init__(
        self, user_name: str, account_id: str, now: Callable[[], datetime], qr_file: Path | None = None
    ) -> None:
        from rich.console import Console

        self._user, self._account, self._file = user_name, account_id, qr_file
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._prompt = CodePrompt(self._console, now)
        self._live = self._console.is_terminal and sys.stdin.isatty()
        self._apart = self._written = False

    def __enter__(self) -> TerminalEnrollmentUI:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def refuse_without_screen(self) -> None:
        """Raise ``MfaError`` where a QR code would end up in a log, or over a file that is there."""
        if self._file is None and not self._console.is_terminal:
            raise MfaError("drawing the QR code: standard output is no terminal; nothing was changed, give --qr-file")
        if self._file and self._file.exists():
            raise MfaError(f"writing the QR code ({self._file}): File exists; give another --qr-file")

    def show(self, device: NewDevice) -> None:
        """Draw the QR code, or write it."""
        picture = QrCode(device, self._user, self._account)
        if self._file:
            picture.save(self._file)
            self._written = True
            self.tell(f"Scan {self._file} with the authenticator app, then delete it.")
            return
        self._draw(picture)
        self.tell(f"Scan this with the authenticator app: it gives codes for {self._user} then.")

    def codes(self, refused: bool) -> tuple[str, str]:
        """Two codes in a row."""
        if refused:
            self.tell("IAM did not accept the two codes. Give two new ones, one right after the other.")
        elif self._live:
            self.tell("Enter two consecutive codes.")
        return self._prompt.pair() if self._live else read_lines()

    def tell(self, text: str) -> None:
        """Say something."""
        self._console.print(text) if self._live else print(text, file=sys.stderr)

    def over(self, text: str) -> None:
        """Take the QR code away, and say what became of the device."""
        self._leave()
        if self._file and self._written:
            self._file.unlink(missing_ok=True)
        self.tell(text)

    def _draw(self, picture: QrCode) -> None:
        size = self._console.size
        if size.width < picture.width:
            cause = f"the terminal has {size.width} columns, the QR code needs {picture.width}"
            raise MfaError(f"drawing the QR code: {cause}; widen it, or give --qr-file")
        self._apart = size.height >= picture.width // 2 + _BELOW and self._console.set_alt_screen(True)
        for line in picture.lines():
            self._console.print(line, style="color(231) on color(16)")

    def _leave(self) -> None:
        if self._apart:
            self._console.set_alt_screen(False)
            self._apart = False
