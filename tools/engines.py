"""Find a Pulumi engine, or make one: prints the folder that holds `pulumi`, to be put first on PATH.

In this order: a `pulumi` on PATH that is new enough, our cache, the official installer, pinned Go modules.
"""

import fcntl
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from engine_sources import PULUMI_VERSION, build, install
from running import CommandFailed, say

# The oldest version that the tests have run with.
OLDEST_VERSION = PULUMI_VERSION
GO_VERSION = "1.26.6"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
STAGING = ".making-"


class NoEngine(Exception):
    """Nothing on this machine serves; the text says what to install."""


def ensure_pulumi() -> Path:
    """Return the folder that holds a usable `pulumi`, made now if need be; raise NoEngine where nothing serves."""
    return on_path() or cached() or _make()


def on_path() -> Path | None:
    """The folder of the `pulumi` on PATH, if that is new enough and has its Python language host."""
    found = shutil.which("pulumi")
    if not found:
        return None
    fault = _fault(Path(found))
    if fault:
        say(f"Not using {found}: {fault}.")
    return None if fault else Path(found).absolute().parent


def cached() -> Path | None:
    """The folder of the engine made before. It arrived by one rename, so it is whole if it is there."""
    folder = engine_folder() / "bin"
    return folder if os.access(folder / "pulumi", os.X_OK) else None


def engine_folder() -> Path:
    """Where the pinned engine is kept between runs and checkouts."""
    machine = ARCHITECTURES.get(platform.machine(), platform.machine())
    return cache_folder() / "engines" / f"pulumi-{PULUMI_VERSION}-{platform.system().lower()}-{machine}"


def cache_folder() -> Path:
    """Where the tools keep what is costly to make."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mfa-association"
    return Path(os.environ.get("MFA_ASSOCIATION_CACHE") or default).absolute()


def _fault(pulumi: Path) -> str | None:
    """What keeps this `pulumi` from serving."""
    version = _version(pulumi)
    if not version:
        return "it does not tell its version"
    if _ordered(version) < _ordered(OLDEST_VERSION):
        return f"it is {version}, the oldest version tested is {OLDEST_VERSION}"
    places = os.pathsep.join([str(pulumi.resolve().parent), str(pulumi.parent), os.environ.get("PATH", "")])
    if not shutil.which("pulumi-language-python", path=places):
        return "pulumi-language-python is not beside it"
    return None


def _version(pulumi: Path) -> str | None:
    quiet = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        asked = subprocess.run([pulumi, "version"], env=quiet, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    told = re.match(r"v?(\d+\.\d+\.\d+)", asked.stdout.strip())
    return told[1] if told else None


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _make() -> Path:
    """Make the engine unless somebody else made it while we waited for the lock."""
    folder = engine_folder()
    with _alone(folder.parent):
        return cached() or _first_that_serves(folder)


def _first_that_serves(folder: Path) -> Path:
    for source in (install, build):
        try:
            with _staging(folder.parent) as staging:
                source(staging)
                if fault := _fault(staging / "bin" / "pulumi"):
                    raise CommandFailed(fault)
                staging.rename(folder)
            return folder / "bin"
        except CommandFailed as failure:
            say(f"That did not work: {failure}.")
    raise NoEngine(
        f"No Pulumi engine: install the Pulumi CLI {OLDEST_VERSION} or newer"
        f" (https://www.pulumi.com/docs/iac/download-install/), or Go {GO_VERSION} or newer, and run this again."
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One maker at a time; the lock dies with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is making the engine: waiting for it.")
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


def _terminated(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Print the folder; otherwise one sentence and exit code 1, or 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        print(ensure_pulumi())
    except KeyboardInterrupt:
        say("\nInterrupted; nothing was left behind.")
        return 130
    except NoEngine as refusal:
        say(str(refusal))
        return 1
    except OSError as error:
        say(f"No Pulumi engine: cannot keep one in {engine_folder().parent}: {error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
