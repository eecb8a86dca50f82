"""Run one long command: show that it lives, never let it outlast its limit, leave nothing of it behind; or ask a short one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

QUIET_SECONDS = 30


class CommandFailed(Exception):
    """A command ended badly; the text is the last line it wrote, or the limit it reached."""


def say(message: str) -> None:
    """Tell the person who waits; stdout belongs to the answer."""
    print(message, file=sys.stderr, flush=True)


def run(
    title: str, command: Sequence[str], *, limit: float, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run the command in a process group of its own, which is gone when this returns or raises."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        # Its own group: a Ctrl-C then reaches us alone, and the command's children can be ended with it.
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, title, limit)
        finally:
            _stop(process)
        if process.returncode:
            raise CommandFailed(_last_line(output) or f"exit code {process.returncode}")


def answer(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
    limit: float | None = None,
) -> str:
    """What a command says in ``limit`` seconds; ``given`` is what it reads. Raises ``CommandFailed`` with its own words."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, input=given, capture_output=True, text=True, timeout=limit, check=False
        )
    except FileNotFoundError:
        raise CommandFailed(f"{name} is not installed") from None
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"{name} did not end in {limit:.0f} s") from None
    if done.returncode:
        raise CommandFailed(f"{name} ended with exit code {done.returncode}: {(done.stderr + done.stdout).strip()}")
    return done.stdout


def _wait(process: subprocess.Popen[bytes], title: str, limit: float) -> None:
    """Wait for the end: one line that counts seconds on a terminal, a line now and then elsewhere."""
    started, spoken, terminal = time.monotonic(), 0.0, sys.stderr.isatty()
    while (elapsed := time.monotonic() - started) < limit:
        if terminal:
            print(f"\r  {title}: {elapsed:.0f} s ", end="", file=sys.stderr, flush=True)
        elif elapsed - spoken >= QUIET_SECONDS:
            spoken = elapsed
            say(f"  {title}: {elapsed:.0f} s")
        try:
            process.wait(timeout=min(1.0, limit - elapsed))
        except subprocess.TimeoutExpired:
            continue
        ended = "failed" if process.returncode else "done"
        say("\r" * terminal + f"  {title}: {ended} after {time.monotonic() - started:.0f} s")
        return
    raise CommandFailed(f"no end after {limit:.0f} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group, the leader's orphans included; interrupt first, so that Go removes its temporary files."""
    for number, patience in ((signal.SIGINT, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            return
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue


def _last_line(output: IO[str]) -> str:
    output.seek(0)
    lines = [line.strip() for line in output if line.strip()]
    return lines[-1] if lines else ""
