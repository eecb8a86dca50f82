"""A running CLI with all that it started: to be watched, interrupted and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

PROVIDER = "-m pulumi.dynamic"
PATIENCE = 60.0
PROC = Path("/proc")


class Running:
    """One command of the CLI, in a session of its own, its output in a file; ``provider``: what tells its provider.

    ``afterwards`` is done once the command has ended, however it ended.
    """

    def __init__(
        self,
        command: list[str],
        folder: Path,
        env: dict[str, str],
        provider: str = PROVIDER,
        afterwards: Callable[[], object] = lambda: None,
    ) -> None:
        self._provider, self._afterwards = provider, afterwards
        self._output = folder / "output.txt"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._family: dict[int, str] = {}

    @property
    def text(self) -> str:
        """What it has said so far."""
        return self._output.read_text(errors="replace")

    def overheard(self) -> str:
        """What it has said, and the arguments of the processes that were seen."""
        return "\n".join([self.text, *self._family.values()])

    def wait_for(self, what: Callable[[], object]) -> None:
        """Until it is so; an error with the output if the command ends first."""
        assert self.comes_to(what), f"ended too early:\n{self.text}"

    def comes_to(self, what: Callable[[], object]) -> bool:
        """Wait until it is so; False if the command ends first."""
        until = time.monotonic() + PATIENCE
        while not what():
            if self._process.poll() is not None:
                return False
            assert time.monotonic() < until, f"waited in vain:\n{self.text}"
            time.sleep(0.02)
        return True

    def wait_for_text(self, text: str) -> None:
        """Until it has said so."""
        self.wait_for(lambda: text in self.text)

    def end(self) -> int:
        """The exit code, once it has ended; none of its processes may be left."""
        code = self._process.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while self.survivors():
            assert time.monotonic() < until, f"left over: {self.survivors()}"
            time.sleep(0.02)
        self._afterwards()
        return code

    def interrupt(self) -> None:
        """What Ctrl-C in a terminal does: SIGINT to the CLI's process group, in which the provider is not."""
        self._note_family()
        os.killpg(self._process.pid, signal.SIGINT)

    def kill_provider(self) -> None:
        """SIGKILL to the provider alone; Terraform may have a second process of it for its functions."""
        self._note_family()
        found = [pid for pid, arguments in self._family.items() if self._provider in arguments]
        assert found, self._family
        _kill(found)

    def kill_cli(self) -> None:
        """SIGKILL to the CLI alone: its provider lives on."""
        self._note_family()
        self._process.kill()
        self._process.wait(PATIENCE)

    def kill_all(self) -> None:
        """SIGKILL to the CLI and to all that it started, as when a machine or a CI job ends."""
        self.kill_cli()
        _kill(self.survivors())

    def survivors(self) -> dict[int, str]:
        """Those of its processes that still run, with their arguments."""
        alive = running()
        return {pid: name for pid, name in self._family.items() if pid in alive and alive[pid][1] == name}

    def _note_family(self) -> None:
        alive, found = running(), [self._process.pid]
        for parent in found:
            found.extend(pid for pid, (above, _) in alive.items() if above == parent)
        self._family.update({pid: alive[pid][1] for pid in found[1:]})


def _kill(pids: Iterable[int]) -> None:
    """SIGKILL; one may end by itself in the meantime, as a process that only serves Terraform's functions does."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def running() -> dict[int, tuple[int, str]]:
    """Every process that is not a zombie: its parent and arguments. `ps` is asked only where there is no /proc."""
    if not PROC.is_dir():
        listing = subprocess.run(["ps", "-axo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 3) for line in listing.stdout.splitlines()]
    else:
        rows = [_row(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit()]
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def _row(pid: int) -> list[str]:
    """What `ps` would say of a process; nothing if it has just ended. See proc_pid_stat(5)."""
    try:
        stat, arguments = (PROC / str(pid) / "stat").read_text(), (PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    state, parent = stat.rpartition(")")[2].split()[:2]
    return [str(pid), parent, state, arguments.replace(b"\0", b" ").decode(errors="replace").strip()]
