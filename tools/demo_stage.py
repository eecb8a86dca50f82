"""Where the demo plays: a folder, a home and an environment of its own, and commands that leave nothing behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from demo_engines import Player

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TERM")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIMIT_SECONDS = 120
PATIENCE_SECONDS = 5

_received: list[int] = []


class Stopped(Exception):
    """Ctrl-C, or another signal that asks us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


class Failed(Exception):
    """A step of the demo did not do what it should; the text says what went wrong."""


def listen() -> None:
    """Only note signals, for `check` to act on: raised anywhere, they could hit between making a thing and owning it."""
    for number in ENDING:
        signal.signal(number, _note)


def _note(number: int, frame: FrameType | None) -> None:
    _received.append(number)


def check() -> None:
    """Raise Stopped if somebody asked us to end."""
    if _received:
        raise Stopped(_received[0])


@contextmanager
def stage(player: Player) -> Iterator[Path]:
    """A folder with the program, gone afterwards; the environment is replaced, ours included."""
    folder = Path(tempfile.mkdtemp(prefix="mfa-demo-"))
    try:
        for name in ("home", "state", "tmp"):
            (folder / name).mkdir()
        player.furnish(folder)
        _move_to(folder, player.environment(folder))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move_to(folder: Path, more: Mapping[str, str]) -> None:
    """Nobody's login: boto3 in this process must not find the user's profile either."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    os.environ.clear()
    os.environ.update(
        passed,
        HOME=str(folder / "home"),
        TMPDIR=str(folder / "tmp"),
        AWS_ACCESS_KEY_ID="ASIASANDBOXDEMO00000",
        AWS_SECRET_ACCESS_KEY="sandbox",
        AWS_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
        **more,
    )


def run(command: str, folder: Path, secret: Mapping[str, str]) -> None:
    """Run a command and show what it writes while it writes it; `secret` is environment that is not shown."""
    check()
    # A session of its own: a Ctrl-C then reaches us alone, and whatever the command started can be found by it.
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _show(process, command)
    finally:
        _end(process)
    if process.returncode:
        raise Failed(f"`{command}` ended with exit code {process.returncode}; its output is above")


def _show(process: subprocess.Popen[bytes], command: str) -> None:
    """Copy the output to ours as it comes, until the command has ended; what it started may hold the pipe for longer."""
    assert process.stdout
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        check()
        ended = process.poll() is not None
        ready = select.select([process.stdout], [], [], 0 if ended else 0.1)[0]
        chunk = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        if ended and not chunk:
            return
    raise Failed(f"`{command}` did not end within {LIMIT_SECONDS} s; its output is above")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and everything it started; interrupted first, for it reaps its children then."""
    with suppress(subprocess.TimeoutExpired):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_SECONDS)
    for pid in _session(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with process:
        return


def _session(leader: int) -> list[int]:
    """The processes of a session: Pulumi puts its plugins into process groups of their own, but leaves them in it."""
    found = []
    for pid in _processes():
        with suppress(OSError):
            if os.getsid(pid) == leader:
                found.append(pid)
    return found


def _processes() -> list[int]:
    """All of this machine's, also where there is no `ps`."""
    if os.path.isdir("/proc/self"):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [int(pid) for pid in subprocess.check_output(["ps", "-A", "-o", "pid="]).split()]
