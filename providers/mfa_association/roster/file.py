"""A file that is read, changed and written back whole: atomically, and never over somebody else's change."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mfa_association.errors import MfaError
from mfa_association.roster.faults import RosterError
from mfa_association.roster.nodes import MAX_BYTES


@dataclass(frozen=True)
class RosterFile:
    """A file as it was read; ``raw`` is None when there was none."""

    path: Path
    raw: bytes | None

    @property
    def text(self) -> str:
        """Its text with its own line breaks; nothing when there was no file. Raises ``RosterError``."""
        try:
            return (self.raw or b"").decode("utf-8")
        except UnicodeDecodeError as fault:
            line = (self.raw or b"")[: fault.start].count(b"\n") + 1
            raise RosterError(str(self.path), [(line, "the text is not UTF-8")]) from None


class WriteRefused(MfaError):
    """A file that was not written; what it held it still holds."""

    def __init__(self, path: Path, cause: str, advice: str) -> None:
        super().__init__(f"writing ({path}): {cause}; nothing was written, {advice}")


def read_file(path: str | Path, *, may_be_missing: bool = False) -> RosterFile:
    """Read a file. Raises ``RosterError`` when it cannot be read, is too big, or is missing and may not be."""
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError as fault:
        if may_be_missing:
            return RosterFile(Path(path), None)
        raise RosterError(str(path), [(1, f"the file cannot be read: {fault.strerror}")]) from None
    except OSError as fault:
        raise RosterError(str(path), [(1, f"the file cannot be read: {fault.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise RosterError(str(path), [(1, f"the file has {len(raw)} bytes; a roster has at most {MAX_BYTES}")])
    return RosterFile(Path(path), raw)


def write_file(file: RosterFile, text: str) -> None:
    """Replace the file's text at one stroke, keeping its mode; a symbolic link stays one.

    Raises ``WriteRefused``, also when the file is no longer what was read.
    """
    target = Path(os.path.realpath(file.path))
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as temporary:
            try:
                temporary.write(text.encode("utf-8"))
                temporary.flush()
                os.fsync(temporary.fileno())
                os.fchmod(temporary.fileno(), _mode(target))
                _refuse_if_changed(file)
                os.replace(temporary.name, target)
            except BaseException:
                os.unlink(temporary.name)
                raise
    except OSError as fault:
        raise WriteRefused(file.path, str(fault.strerror), "fix that and run again") from None


def _refuse_if_changed(file: RosterFile) -> None:
    try:
        now = file.path.read_bytes()
    except FileNotFoundError:
        now = None
    if now != file.raw:
        raise WriteRefused(file.path, "somebody else changed it in the meantime", "check it and run again")


def _mode(target: Path) -> int:
    """The file's own mode; of a new file, what the process gives to new files."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
