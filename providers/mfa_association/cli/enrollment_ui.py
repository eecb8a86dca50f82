"""The user's side of an enrolment: the QR code on the screen, the codes from the keys, or both from pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from mfa_association.aws.credentials import NewDevice
from mfa_association.cli.codes import CodePrompt, read_lines
from mfa_association.cli.enrollment_page import page
from mfa_association.cli.qr import QrCode
from mfa_association.errors import MfaError
from mfa_association.totp import Seed

_AS_LONG_AS_IAMS: Final = Seed("A" * 64)
_ENTER: Final = "Enter two consecutive codes."
_REFUSED: Final = "IAM did not accept the two codes. Give two new ones, one right after the other."
_SEED_KEY: Final = "s"


class TerminalEnrollmentUI:
    """An ``EnrollmentUI``. The QR code has a screen of its own, of which nothing is left when it was used."""

    def __init__(
        self, user_name: str, account_id: str, now: Callable[[], datetime], qr_file: Path | None = None
    ) -> None:
        from rich.console import Console

        self._user, self._account, self._file = user_name, account_id, qr_file
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._prompt = CodePrompt(self._console, now)
        self._live = self._console.is_terminal and sys.stdin.isatty()
        self._device: NewDevice | None = None
        self._apart = self._written = False

    def __enter__(self) -> TerminalEnrollmentUI:
        return self

    def __exit__(self, *_: object) -> None:
        self._take_away()

    def refuse_without_screen(self) -> None:
        """Raise ``MfaError`` where a QR code would end up in a log, over a file that is there, or be cut off."""
        if self._file:
            if self._file.exists():
                raise MfaError(f"writing the QR code ({self._file}): File exists; give another --qr-file")
            return
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            raise MfaError("drawing the QR code: standard output is no terminal; nothing was changed, give --qr-file")
        page(QrCode(_AS_LONG_AS_IAMS, self._user, self._account), (), self._console.size)

    def show(self, device: NewDevice) -> None:
        """Draw the QR code, or write it."""
        if self._file:
            QrCode(device.seed, self._user, self._account).save(self._file)
            self._written = True
            self.tell(f"Scan {self._file} with the authenticator app. The file is deleted when you are done.")
            return
        self._device = device
        self._draw(_ENTER)

    def codes(self, refused: bool) -> tuple[str, str]:
        """Two codes in a row."""
        if self._device is None:
            if refused or self._live:
                self.tell(_REFUSED if refused else _ENTER)
        elif refused:
            self._draw(_REFUSED)
        return self._prompt.pair({_SEED_KEY: self._reveal} if self._device else {}) if self._live else read_lines()

    def tell(self, text: str) -> None:
        """Say something."""
        self._console.print(text) if self._live else print(text, file=sys.stderr)

    def over(self, text: str) -> None:
        """Take the QR code away, and say what became of the device."""
        self._take_away()
        self.tell(text)

    def _draw(self, last: str, *, seed: bool = False) -> None:
        """The page, on a screen that terminals keep apart from what can be scrolled back to."""
        assert self._device
        own = self._device.seed.base32
        as_text = " ".join(own[at : at + 4] for at in range(0, len(own), 4))
        scan = f"Scan this with the authenticator app: it gives codes for {self._user} then."
        words = (scan, f"Or type its seed: {as_text}" if seed else f"Key {_SEED_KEY}: show its seed as text.", last)
        lines = page(QrCode(self._device.seed, self._user, self._account), words, self._console.size)
        self._apart = self._apart or self._console.set_alt_screen(True)
        self._console.clear()
        for line in lines:
            self._console.print(line)

    def _reveal(self) -> None:
        self._draw(_ENTER, seed=True)

    def _take_away(self) -> None:
        self._device = None
        if self._apart:
            self._console.clear()  # a terminal without a second screen would keep it
            self._console.set_alt_screen(False)
            self._apart = False
        if self._file and self._written:
            self._file.unlink(missing_ok=True)
            self._written = False
