"""The provider's share: the peak memory and CPU of the plugin process, which Pulumi starts and does not wait for.

Read from /proc while it runs; where there is none, nothing is told.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

PLUGINS = (b"pulumi.dynamic", b"terraform-provider-mfa")
EVERY = 0.2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Provider:
    """Peak memory in MB of one process, seconds of CPU until shortly before the end."""

    memory: float
    cpu: float


class Watch:
    """Watches the plugin processes of one session while a command runs. A context manager."""

    def __init__(self, session: int) -> None:
        self._session, self._over = session, Event()
        self._peaks: dict[Path, float] = {}
        self._cpu: dict[Path, float] = {}
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def provider(self) -> Provider | None:
        """What was seen; None where nothing was."""
        return Provider(max(self._peaks.values()), sum(self._cpu.values())) if self._peaks else None

    def __enter__(self) -> Watch:
        if Path("/proc/self/status").exists():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        strangers: set[str] = set()
        while not self._over.wait(EVERY):
            new = set(filter(str.isdigit, os.listdir("/proc"))) - strangers
            strangers |= {pid for pid in new if not self._note(Path("/proc") / pid)}

    def _note(self, process: Path) -> bool:
        """Take the figures of a process; False if it never will be one of ours."""
        # StopIteration: a process that is ending has no peak any more; the one noted before stands.
        with suppress(OSError, ValueError, IndexError, StopIteration):
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) != self._session:
                return False
            command = (process / "cmdline").read_bytes()
            if any(plugin in command for plugin in PLUGINS):
                self._cpu[process] = (int(fields[11]) + int(fields[12])) / TICKS
                self._peaks[process] = _peak(process)
        return True


def _peak(process: Path) -> float:
    lines = (process / "status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:"))
