"""Child processes: timed with what they use, and never left behind."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from .watch import Provider, Watch

BUCKET = Path(__file__).resolve().parent.parent / "tools" / "s3.py"
READY_SECONDS = 60
LIMIT_SECONDS = 1800
# Enough for the engine to end its plugins; the second interrupt tells it to hurry.
PATIENCE = ((signal.SIGINT, 15.0), (signal.SIGINT, 5.0), (signal.SIGKILL, 5.0))


class Failed(Exception):
    """Something that a benchmark relies on did not happen; the text says what."""


def exit_code(work: Callable[[], None]) -> int:
    """Do it: 0, 1 with one sentence, or 130 after Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        work()
    except KeyboardInterrupt:
        say("\nInterrupted; nothing was left behind.")
        return 130
    except Failed as failure:
        say(f"No figures: {failure}")
        return 1
    return 0


def _terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def say(message: str) -> None:
    """Tell the person who waits; stdout belongs to the answer."""
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of CPU in the process and all that it waited for; and what the provider process took."""

    wall: float
    cpu: float
    provider: Provider | None = None


def timed(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], text: str = "") -> Spent:
    """Run a command to its good end. Raises ``Failed`` with what it wrote."""
    before, started = _cpu(), time.perf_counter()
    with _child(command, cwd=cwd, env=env, stderr=subprocess.STDOUT) as process, Watch(process.pid) as watch:
        try:
            output, _ = process.communicate(text, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"{_name(command)} did not end within {LIMIT_SECONDS} s") from None
        wall = time.perf_counter() - started
    if process.returncode:
        raise Failed(f"{_name(command)} ended with exit code {process.returncode}:\n{output.strip()}")
    return Spent(wall, _cpu() - before, watch.provider)


@contextmanager
def sandbox(seed: Path, env: Mapping[str, str]) -> Iterator[str]:
    """A sandbox in a process of its own; its URL."""
    command = [sys.executable, "-m", "mfa_association.cli", "sandbox", "--port", "0", "--seed", str(seed)]
    with _child(command, cwd=seed.parent, env=env, stderr=None) as process:
        yield _url(process)


@contextmanager
def bucket(folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """An empty bucket, served by a process of its own; its URL as a backend."""
    with _child([sys.executable, str(BUCKET)], cwd=folder, env=env, stderr=None) as process:
        yield _url(process)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    line = process.stdout.readline() if ready else ""
    if "://" not in line:
        raise Failed("a server ended before it was ready" if ready else f"no server within {READY_SECONDS} s")
    return line.split()[-1]


@contextmanager
def _child(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], stderr: int | None
) -> Iterator[subprocess.Popen[str]]:
    # A session of its own: Ctrl-C reaches this process alone, which then ends the child.
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    for number, patience in PATIENCE:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _name(command: Sequence[str]) -> str:
    return " ".join(os.path.basename(word) for word in command[:3])
