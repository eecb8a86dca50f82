"""One user at a time: a lock for each account and holder, between the threads of a process and, as a file, between the
provider processes of a machine.

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
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa_association.aws.retry import boot_clock
from mfa_association.lifecycle.refusals import UserBusy

if TYPE_CHECKING:
    from mfa_association.lifecycle.context import AccountContext

REMEMBERED = 120.0
"""Seconds for which a removal is subtracted from IAM's lists."""
LONG_WAIT = 5.0
"""Seconds after which a run says that it waits for another one."""

_OTHERS = 0o077


class UserLocks:
    """Those of one provider process. Safe to share between threads. Without ``files`` other processes know nothing of it."""

    def __init__(self, files: LockFiles | None = None, monotonic: Callable[[], float] = boot_clock) -> None:
        self._files, self._monotonic = files, monotonic
        self._lock = threading.Lock()
        self._warn: Callable[[str], object] = str
        self._users: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._open: dict[str, LockFile] = {}
        self._removed: defaultdict[str, dict[str, float]] = defaultdict(dict)

    @contextmanager
    def lock_users(self, context: AccountContext, account_id: str, *user_names: str) -> Iterator[None]:
        """Keep all other runs on this machine from reading, guarding or changing these users. Raises ``UserBusy``.

        The locks of the process come first, then the files, both sorted, so that no two runs wait for each other.
        """
        users = {hashed(account_id, name): name for name in user_names}
        with self._lock:
            self._warn = context.warn
            locks = [self._users[user] for user in sorted(users)]
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            for user in sorted(users):
                try:
                    self._take_file(stack, context, user, users[user])
                except (OSError, ImportError) as fault:
                    self._do_without_files(fault, context.warn)
            yield

    def _take_file(self, stack: ExitStack, context: AccountContext, user: str, user_name: str) -> None:
        """Wait for the lock file of a user, and learn from it what other processes removed."""
        files = self._files  # another thread may give them up meanwhile
        if files is None:
            return
        started, noted = context.clock.monotonic(), False
        while not (file := files.take(user)):
            spent = context.clock.monotonic() - started
            if spent >= context.limits.retry_deadline:
                raise UserBusy(user_name, spent)
            if spent >= LONG_WAIT and not noted:
                noted = True
                context.note(f"another run is changing {user_name}: waiting for it")
            context.clock.sleep(0.05 + 0.2 * context.clock.random())
        stack.callback(os.close, file.descriptor)
        self._removed[user] = file.read()
        self._open[user] = file
        stack.callback(self._open.pop, user, None)

    def _do_without_files(self, fault: Exception, warn: Callable[[str], object]) -> None:
        """Where the lock files cannot be used (read-only, no locks, Windows, somebody else's): say so once, go on."""
        with self._lock:
            files, self._files = self._files, None
        if files:
            warn(
                f"this run does not wait for other runs on this machine: the lock files cannot be used ({fault}); do not "
                "change one user in two runs at once"
            )

    def seconds_since_removal(self, account_id: str, user_name: str, serial_number: str) -> float | None:
        """How long ago the device was taken from the user; None if not in the last two minutes."""
        now = self._monotonic()
        moment = recent_removals(self._removed[hashed(account_id, user_name)], now).get(hashed(serial_number))
        return None if moment is None else now - moment

    def _write_removed(self, user: str, removed: dict[str, float]) -> None:
        file = self._open.get(user)
        if file:
            try:
                file.write(removed)
            except OSError as fault:
                self._do_without_files(fault, self._warn)


class LockFiles:
    """The folder of the lock files, opened when first needed. Raises ``OSError`` where it cannot be trusted or used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: int | None = None

    def take(self, name: str) -> LockFile | None:
        """Lock the file of this name; None while another process has it. Raises ``OSError``, on Windows ``ImportError``.

        A lock on a file that somebody removed meanwhile would keep nobody out, so it is not taken either.
        """
        import fcntl  # first: Windows lacks what opens the folder too

        with self._lock:
            if self._folder is None:
                self._folder = _open_folder()
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=self._folder)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            named = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
            if named.st_ino == os.fstat(file).st_ino:
                return LockFile(file)
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        return None


@dataclass(frozen=True)
class LockFile:
    """One lock file, opened and locked. Raises ``OSError``."""

    descriptor: int

    def read(self) -> dict[str, float]:
        """What was removed since the machine started, and when."""
        content = os.pread(self.descriptor, os.fstat(self.descriptor).st_size, 0)
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            kept: dict[str, Any] = json.loads(content or b"{}")
            if kept.get("boot") == _boot():
                return {str(name): float(moment) for name, moment in kept["removed"].items()}
        return {}

    def write(self, removed: Mapping[str, float]) -> None:
        """Keep what was removed."""
        content = json.dumps({"boot": _boot(), "removed": dict(removed)}).encode()
        os.pwrite(self.descriptor, content, 0)
        os.ftruncate(self.descriptor, len(content))


def hashed(*parts: str) -> str:
    """A hash of these parts, which hides them; IAM compares names without regard to case."""
    return hashlib.sha256("\0".join(parts).lower().encode()).hexdigest()


def recent_removals(removed: Mapping[str, float], now: float) -> dict[str, float]:
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


def _open_folder() -> int:
    """The first folder that is this user's alone, as ``dir_fd`` so that nobody can put another in its place."""
    fault = OSError(errno.ENOENT, "there is no folder for them")
    for path in _folders():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=0o700)
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as found:
            fault = found
            continue
        status = os.fstat(folder)
        if status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & _OTHERS:
            return folder
        os.close(folder)
        fault = PermissionError(errno.EPERM, "others may use it", str(path))
    raise fault
