"""Asking for codes: one to sign in with, or two in a row beside a clock that shows when the next one comes."""

from __future__ import annotations

import getpass
import os
import re
import select
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mfa_association.errors import MfaError
from mfa_association.inventory.enroll import Abandoned
from mfa_association.totp import STEP
from mfa_association.validation import check_codes

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Commands = Mapping[str, Callable[[], None]]
_NO_COMMANDS: Commands = MappingProxyType({})
_LENGTH = 6
_END, _ERASE = "\x04", "\x7f\b"
_LABELS = ("First code ", "Second code")


def ask_mfa_code(prompt: str) -> str:
    """The code that signs in with a profile, typed in the terminal without an echo. Raises ``MfaError`` at Ctrl-D."""
    while True:
        try:
            code = re.sub(r"\s", "", getpass.getpass(prompt))
        except EOFError:
            raise MfaError("asking for the MFA code of the profile: none was given; nothing was changed") from None
        if re.fullmatch(f"[0-9]{{{_LENGTH}}}", code):
            return code
        print(f"An MFA code has {_LENGTH} digits.", file=sys.stderr)


def read_lines() -> tuple[str, str]:
    """Two lines of standard input. Raises ``Abandoned`` at its end, ``InvalidValue`` for what are no codes."""
    lines = []
    for label in _LABELS:
        print(f"{label.strip()}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not (line and sys.stdin.isatty()):
            print(file=sys.stderr)  # nobody pressed Enter
        if not line:
            raise Abandoned
        lines.append(re.sub(r"\s", "", line))
    pair = check_codes(*lines)
    if pair is None:
        raise Abandoned
    return pair


class CodePrompt:
    """Reads codes key by key; what is typed shows as dots. ``now``: the time by AWS's clock."""

    def __init__(self, console: Console, now: Callable[[], datetime]) -> None:
        self._console, self._now = console, now
        self._typed = ""

    def pair(self, commands: Commands = _NO_COMMANDS) -> tuple[str, str]:
        """Two codes, of which the second differs from the first. Raises ``Abandoned`` at Ctrl-D.

        ``commands``: what keys do that are no digits, until the first code is there.
        """
        with _key_by_key():
            first = self._ask(_LABELS[0], commands)
            second = self._ask(_LABELS[1])
            while second == first:
                self._console.print("  That is the first code again: wait for the next one.", style="yellow")
                second = self._ask(_LABELS[1])
        return first, second

    def _ask(self, label: str, commands: Commands = _NO_COMMANDS) -> str:
        from rich.live import Live

        code, command = "", None
        while len(code) < _LENGTH:
            with Live(self._line(label, code), console=self._console, auto_refresh=False, transient=True) as live:
                while len(code) < _LENGTH and command is None:
                    code, command = self._edited(code, _keys(), commands)
                    live.update(self._line(label, code), refresh=True)
            if command:
                command()
                command = None
        self._console.print(f"  {label}  {_dots(code)}")
        return code

    def _edited(self, code: str, keys: str, commands: Commands) -> tuple[str, Callable[[], None] | None]:
        """The code after these keys, up to a command; what is typed or pasted beyond it is for the next one."""
        self._typed += keys
        while self._typed and len(code) < _LENGTH:
            key, self._typed = self._typed[0], self._typed[1:]
            if key == _END:
                raise Abandoned
            if key in commands:
                return code, commands[key]
            if key in _ERASE:
                code = code[:-1]
            elif key in "0123456789":
                code += key
        return code, None

    def _line(self, label: str, code: str) -> Text:
        from rich.text import Text

        left = STEP - self._now().timestamp() % STEP
        full = round(left / STEP * 15)
        line = Text(f"  {label}  {_dots(code)}   ")
        line.append("━" * full, style="red" if left < 6 else "green")
        line.append("─" * (15 - full), style="dim")
        return line.append(f" next code in {left:2.0f} s", style="dim")


def _dots(code: str) -> str:
    return " ".join("●" * len(code) + "○" * (_LENGTH - len(code)))


def _keys() -> str:
    """What was typed within a moment."""
    ready, _, _ = select.select([sys.stdin], [], [], 0.2)
    if not ready:
        return ""
    return os.read(sys.stdin.fileno(), 64).decode("ascii", "replace") or _END


@contextmanager
def _key_by_key() -> Iterator[None]:
    """Keys as they are typed, without echo; Ctrl-C still interrupts."""
    import termios
    import tty

    before: Any = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
