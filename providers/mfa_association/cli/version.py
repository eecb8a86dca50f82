"""``mfa-association --version``: this package, its Python, and the engines that are found on PATH."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from mfa_association import __version__

_SECONDS, _LEAST = 5.0, 0.1
_QUIET = {"PULUMI_SKIP_UPDATE_CHECK": "true", "CHECKPOINT_DISABLE": "1"}


class ShowVersions(argparse.Action):
    """Prints the versions and ends with exit code 0, whatever the engines do."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "nargs": 0})

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"mfa-association {__version__} (Python {platform.python_version()})")
        for line in engines():
            print(line, flush=True)
        parser.exit()


def engines(seconds: float = _SECONDS) -> Iterator[str]:
    """A line for each engine. All are asked at once, and whichever has not answered after ``seconds`` is ended."""
    asked = [_Engine(name, arguments, read) for name, arguments, read in _ENGINES]
    deadline = time.monotonic() + seconds
    try:
        for engine in asked:
            yield f"{engine.name:10}{engine.told(deadline, seconds)}"
    finally:
        for engine in asked:
            engine.end()


def _pulumi(said: str) -> str:
    (version,) = re.findall(r"^v?(\d+\.\d+\.\S+)$", said, re.MULTILINE)
    return str(version)


def _terraform(said: str) -> str:
    return str(json.loads(said)["terraform_version"])


_ENGINES: tuple[tuple[str, tuple[str, ...], Callable[[str], str]], ...] = (
    ("pulumi", ("version",), _pulumi),
    ("terraform", ("version", "-json"), _terraform),
    ("tofu", ("version", "-json"), _terraform),
)


class _Engine:
    """One engine that was asked for its version, in a process group of its own: what is on PATH may be a wrapper."""

    def __init__(self, name: str, arguments: tuple[str, ...], read: Callable[[str], str]) -> None:
        self.name, self._read = name, read
        self._path = shutil.which(name)
        self._process: subprocess.Popen[bytes] | None = None
        self._refusal = ""
        if self._path:
            self._start([self._path, *arguments])

    def _start(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **_QUIET},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as fault:
            self._refusal = f"cannot be started: {fault.strerror}"

    def told(self, deadline: float, seconds: float) -> str:
        """Its version and path, or why there is no version."""
        if not self._path:
            return "not found"
        return f"{self._version(deadline, seconds)}  {self._path}"

    def _version(self, deadline: float, seconds: float) -> str:
        if not self._process:
            return self._refusal
        try:
            said, _ = self._process.communicate(timeout=max(_LEAST, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return f"no answer in {seconds:.0f} s"
        try:
            return self._read(said.decode())
        except (ValueError, KeyError, TypeError):
            return f"does not tell its version (exit code {self._process.returncode})"

    def end(self) -> None:
        """End whatever of it still runs."""
        if self._process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
