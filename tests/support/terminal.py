"""Commands as people run them: in a pseudo-terminal of a given size, key by key, or with pipes."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO

import pytest

from mfa_association.cli import main

PATIENCE = 60.0


@dataclass
class Terminal:
    """A command in a terminal; ``text`` is everything that it has written, escapes included."""

    process: subprocess.Popen[bytes]
    screen: int
    _raw: bytes = b""
    _seen: int = 0

    @property
    def text(self) -> str:
        return self._raw.decode("utf-8", "replace")

    def until(self, words: str, patience: float = PATIENCE) -> None:
        """Wait for words that were not waited for yet."""
        end = time.monotonic() + patience
        while words not in self.text[self._seen :]:
            assert time.monotonic() < end and self._read(), self.text
        self._seen = self.text.index(words, self._seen) + len(words)

    def type(self, keys: str) -> None:
        """Press keys, no sooner than a hand can: a signal just before a read begins would wait for its end."""
        time.sleep(0.1)
        os.write(self.screen, keys.encode())

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.screen)
        self.screen = -1

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        while self.screen >= 0 and self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.screen], [], [], PATIENCE)
        with suppress(OSError):
            piece = os.read(self.screen, 65536) if ready else b""
            self._raw += piece
            return bool(piece)
        return False


@dataclass
class Here:
    """Commands in this process, with pipes."""

    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def run(self, *arguments: str, keys: str | TextIO = "", **env: str) -> Ended:
        """Run a command; ``keys`` is what it reads, or where it reads it."""
        with self.patch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(keys) if isinstance(keys, str) else keys)
            for name, value in env.items():
                patch.setenv(name, value)
            code = main(arguments)
        return Ended(code, *self.captured.readouterr())


class Ended(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Bench:
    """A folder to run commands in."""

    folder: Path
    env: Mapping[str, str]
    command: list[str] = field(default_factory=list)

    @property
    def roster(self) -> str:
        return (self.folder / "roster.yaml").read_text()

    @contextmanager
    def terminal(self, *arguments: str, size: tuple[int, int] = (100, 45)) -> Iterator[Terminal]:
        """In a terminal of so many columns and lines."""
        screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inner)
        terminal = Terminal(process, screen)
        try:
            yield terminal
        finally:
            process.kill()
            process.wait()
            if terminal.screen >= 0:
                os.close(terminal.screen)
