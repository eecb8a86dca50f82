"""One lock file for each account and holder, so that the provider processes of a machine change a user one at a time.

The file's content is what was taken from that user in the last ``REMEMBERED`` seconds: IAM's lists may still show it,
and another process has to know. Names and content are hashes. Nothing here covers two OS users, containers or machines.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

REMEMBERED = 120.0
"""Seconds for which a removal is subtracted from IAM's lists."""

_OTHERS = 0o077


def hidden(*parts: str) -> str:
    """A hash of these parts, which hides them; IAM compares names without regard to case."""
    return hashlib.sha256("\0".join(parts).lower().encode()).hexdigest()


class LockFiles:
    """The folder of the lock files, opened when first needed. Raises ``OSError`` where it cannot be trusted or used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: int | None = None

    def open(self, name: str) -> LockFile:
        """The lock file of this name, not locked yet. Raises ``OSError``, on Windows ``ImportError``."""
        import fcntl  # first: Windows lacks what opens the folder too

        with self._lock:
            if self._folder is None:
                self._folder = _open_first(_folders())
        return LockFile(self._folder, name, lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))


class LockFile:
    """One lock file, opened. Raises ``OSError``."""

    def __init__(self, folder: int, name: str, lock: Callable[[int], None]) -> None:
        self._folder, self._name, self._lock = folder, name, lock
        self._file = self._opened()

    def take(self) -> bool:
        """Lock it without waiting; returns whether it is locked. A file that somebody removed is made again."""
        try:
            self._lock(self._file)
        except BlockingIOError:
            return False
        with suppress(FileNotFoundError):
            if os.stat(self._name, dir_fd=self._folder, follow_symlinks=False).st_ino == os.fstat(self._file).st_ino:
                return True
        anew = self._opened()
        self.close()
        self._file = anew
        return False

    def read(self, now: float) -> dict[str, float]:
        """What was removed since the machine started and no longer than ``REMEMBERED`` ago, and when."""
        content = os.pread(self._file, os.fstat(self._file).st_size, 0)
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            kept: dict[str, Any] = json.loads(content or b"{}")
            if kept.get("boot") == _boot():
                return recent({str(name): float(moment) for name, moment in kept["removed"].items()}, now)
        return {}

    def write(self, removed: Mapping[str, float]) -> None:
        """Keep what was removed."""
        content = json.dumps({"boot": _boot(), "removed": dict(removed)}).encode()
        os.pwrite(self._file, content, 0)
        os.ftruncate(self._file, len(content))

    def close(self) -> None:
        """Unlock and close it."""
        os.close(self._file)

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self._name, flags, 0o600, dir_fd=self._folder)


def recent(removed: Mapping[str, float], now: float) -> dict[str, float]:
    """The removals that lists may not show yet."""
    return {name: moment for name, moment in removed.items() if now - REMEMBERED < moment <= now}


@functools.lru_cache(maxsize=1)
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _folders() -> Iterator[Path]:
    """Where the lock files may be: the user's state folder (XDG base directories), else one in /tmp."""
    state = os.environ.get("XDG_STATE_HOME", "")
    with suppress(RuntimeError):
        yield (Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state") / "mfa-association"
    yield Path("/tmp") / f"mfa-association-{os.geteuid()}"  # every process must find the same, whatever TMPDIR says


def _open_first(folders: Iterator[Path]) -> int:
    fault = OSError(errno.ENOENT, "there is no folder for them")
    for path in folders:
        try:
            return _open_folder(path)
        except OSError as found:
            fault = found
    raise fault


def _open_folder(path: Path) -> int:
    """A folder that is this user's alone, as ``dir_fd`` so that nobody can put another in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    status = os.fstat(folder)
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & _OTHERS:
        os.close(folder)
        raise PermissionError(errno.EPERM, "others may use it", str(path))
    return folder
