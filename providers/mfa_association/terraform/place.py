"""Where the socket is: in a folder that only this user can enter, whose path fits into a socket address."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mfa_association.errors import MfaError

_LONGEST = 100
"""Bytes of a path; macOS takes 104 with the end mark, Linux 108."""


class NoPlace(MfaError):
    """No folder for the socket."""

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
        shutil.rmtree(folder, ignore_errors=True)


def _make() -> Path:
    tried = list(dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]))
    for parent in tried:
        if len(f"{parent}/mfa-xxxxxxxx/s".encode()) <= _LONGEST:
            try:
                return Path(tempfile.mkdtemp(prefix="mfa-", dir=parent))
            except OSError:
                continue
    raise NoPlace(tried)
