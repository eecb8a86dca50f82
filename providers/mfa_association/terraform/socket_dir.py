"""Where the socket is: in a folder that only this user can enter, whose path fits into a socket address."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mfa_association.errors import MfaError

_LONGEST = 100
"""Bytes of a path; macOS takes 104 with the end mark, Linux 108."""


class NoPlace(MfaError):
    """The provider finds no folder for its socket."""

    def __init__(self, tried: list[str]) -> None:
        super().__init__(
            f"making the provider's socket: none of {', '.join(tried)} can be written to with a path of at most "
            f"{_LONGEST} bytes; the provider was not started, set TMPDIR to a folder with a short path"
        )


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder of mode 0700, gone afterwards. Raises ``NoPlace``."""
    folder = _make()
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()


def listener(path: Path) -> socket.socket:
    """A socket that listens at a path."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    made.listen()
    made.setblocking(False)
    return made


def _make() -> Path:
    """Not with tempfile: it loads compressors, and a start is mostly loading."""
    tried = list(dict.fromkeys([os.environ.get("TMPDIR") or "/tmp", "/tmp", "/var/tmp"]))
    for parent in tried:
        folder = Path(parent, f"mfa-{os.urandom(6).hex()}").absolute()
        if len(os.fsencode(folder / "s")) <= _LONGEST:
            try:
                folder.mkdir(mode=0o700)
            except OSError:
                continue
            return folder
    raise NoPlace(tried)
