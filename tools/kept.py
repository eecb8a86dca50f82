"""Programs that tests need and Python's registry does not have: found on PATH, kept in our cache, or made once."""

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import CommandFailed, say

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
STAGING = ".making-"

Source = Callable[[Path], None]
"""Fills the empty folder it is given, with the program in its ``bin``; raises CommandFailed."""
Fault = Callable[[Path], "str | None"]
"""What keeps the program at this path from serving, or None."""


class NoProgram(Exception):
    """Nothing on this machine serves; the text says what to install."""


@dataclass(frozen=True)
class Program:
    """One program of one version. ``advice``: what to install where nothing serves. ``look``: whether one on PATH will do."""

    title: str
    name: str
    version: str
    sources: Sequence[Source]
    fault: Fault
    advice: str
    look: bool = True

    @property
    def folder(self) -> Path:
        """Where it is kept between runs and checkouts."""
        machine = ARCHITECTURES.get(platform.machine(), platform.machine())
        return cache_folder() / "engines" / f"{self.name}-{self.version}-{platform.system().lower()}-{machine}"

    def ensure(self) -> Path:
        """Return the folder that holds it, made now if need be; raise NoProgram where nothing serves."""
        return self.on_path() or self.cached() or self._make()

    def on_path(self) -> Path | None:
        """The folder of the one on PATH, if that serves."""
        found = shutil.which(self.name) if self.look else None
        if not found:
            return None
        fault = self.fault(Path(found))
        if fault:
            say(f"Not using {found}: {fault}.")
        return None if fault else Path(found).absolute().parent

    def cached(self) -> Path | None:
        """The folder of the one made before. It arrived by one rename, so it is whole if it is there."""
        folder = self.folder / "bin"
        return folder if os.access(folder / self.name, os.X_OK) else None

    def _make(self) -> Path:
        """Make it unless somebody else made it while we waited for the lock."""
        try:
            with _alone(self.folder.parent, self.title):
                return self.cached() or self._first_that_serves()
        except OSError as error:
            raise NoProgram(f"No {self.title}: cannot keep one in {self.folder.parent}: {error}.") from None

    def _first_that_serves(self) -> Path:
        for source in self.sources:
            try:
                with _staging(self.folder.parent) as staging:
                    source(staging)
                    if fault := self.fault(staging / "bin" / self.name):
                        raise CommandFailed(fault)
                    staging.rename(self.folder)
                return self.folder / "bin"
            except CommandFailed as failure:
                say(f"That did not work: {failure}.")
        raise NoProgram(f"No {self.title}: install {self.advice}, and run this again.")


def cache_folder() -> Path:
    """Where the tools keep what is costly to make."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mfa-association"
    return Path(os.environ.get("MFA_ASSOCIATION_CACHE") or default).absolute()


def not_older_than(version: str) -> Fault:
    """The fault of a program that tells an older version than this, or none."""

    def fault(program: Path) -> str | None:
        told = _version(program)
        if not told:
            return "it does not tell its version"
        too_old = _ordered(told) < _ordered(version)
        return f"it is {told}, the oldest version tested is {version}" if too_old else None

    return fault


def _version(program: Path) -> str | None:
    """What it says to `version`: `v3.274.1`, `Terraform v1.11.4`, or the number alone; warnings may come first."""
    quiet = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true", "CHECKPOINT_DISABLE": "1"}
    try:
        asked = subprocess.run([program, "version"], env=quiet, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    told = re.search(r"^(?:\w+ )?v?(\d+\.\d+\.\d+)", asked.stdout, re.MULTILINE)
    return told[1] if told else None


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@contextmanager
def _alone(folder: Path, title: str) -> Iterator[None]:
    """One maker at a time; the lock dies with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another process is making something here: waiting for it, then for {title}.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """A folder to fill and then rename; we hold the lock, so one that is already there was left by a kill."""
    for left in parent.glob(f"{STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
