"""A root module whose commands can be left running, driven as tests/e2e/faults drives a stack.

The run that is disturbed applies a saved plan, as a pipeline does: planning has calls of its own, which come before.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.e2e.faults.operations import Operation
from tests.e2e.faults.secrecy import CODES_VARIABLE, Secrecy
from tests.support.processes import Running
from tests.support.terraform_project import Project, codes

PLAN = "saved.plan"
COMMANDS = {"up": ("apply", PLAN), "refresh": ("apply", "-auto-approve", "-refresh-only")}
AT_ONCE = 10
"""How many calls an engine has under way at once, unless told otherwise."""


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    text: str


class FaultyProject(Project):
    """A project that shows what an interrupted command left."""

    # It waits for the socket and for the process, and tells what ended first.
    crash: Sequence[str] = ("Plugin did not respond", "request was cancelled")
    left_locked = 0
    interrupted, terminated = "Interrupt received.", "Two interrupts received."

    def canceled(self, operation: Operation) -> str:
        """What the engine says in the end."""
        return "execution halted"

    def __post_init__(self) -> None:
        self.secrecy = Secrecy(self.folder, "terraform.tfstate*")
        super().__post_init__()

    def prepare(self, command: str, **env: str) -> None:
        """Plan, and keep the plan for the run that is disturbed."""
        if command == "up":
            self._must("plan", "-refresh=false", f"-out={PLAN}", **env)
            self.secrecy.listen(self._planned())

    def change(self, command: str, **env: str) -> Ended:
        """Apply what was planned, or refresh."""
        return self._ended(*COMMANDS[command], **env)

    def start(self, command: str, **env: str) -> Running:
        """Start what ``change`` does."""
        self.secrecy.give(env)
        running = self.running(*COMMANDS[command], **_given(env))
        self.secrecy.listen(running.overheard)
        return running

    def recover(self, command: str = "up", **env: str) -> Ended:
        """What is to be done after a run that was cut short: run it again."""
        if command == "up":
            return self._ended("apply", "-auto-approve", "-refresh=false", **env)
        return self.change(command, **env)

    def check_unchanged(self) -> None:
        """A plan of what is written finds nothing to do."""
        done = self._ended("plan", "-refresh=false", "-detailed-exitcode")
        assert done.code == 0, done.text

    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """What the state says of the associations."""
        return self.state()

    def pending(self) -> list[str]:
        """What the engine would make anew, since it ended in the middle."""
        return [name for name, instance in self.instances().items() if "status" in instance]

    def locks(self) -> int:
        """None: the lock of a state in a file ends with its process."""
        return 0

    def _must(self, *arguments: str, **env: str) -> None:
        done = self._ended(*arguments, **env)
        assert done.code == 0, done.text

    def _ended(self, *arguments: str, **env: str) -> Ended:
        self.secrecy.give(env)
        done = self._call(*arguments, **_given(env))
        ended = Ended(done.returncode, done.stdout + done.stderr)
        self.secrecy.listen(lambda: ended.text)
        return ended

    def _planned(self) -> Any:
        """What the plan file holds, unpacked."""
        with zipfile.ZipFile(self.folder / PLAN) as archive:
            held = "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
        return lambda: held


def _given(env: Mapping[str, str]) -> dict[str, str]:
    """Codes are given to Pulumi's program in a variable of ours, and here in one of the engine's."""
    pairs = re.findall(r"(\S+)=(\d{6}),(\d{6})", env.get(CODES_VARIABLE, ""))
    rest = {name: value for name, value in env.items() if name != CODES_VARIABLE}
    return {**rest, **(codes({name: (first, second) for name, first, second in pairs}) if pairs else {})}
