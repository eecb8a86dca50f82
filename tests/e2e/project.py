"""One project of several stacks on one backend: the example for organizations, run as its users run it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import Running
from tests.support.stack import ADMIN, Output, environment, spare_pip

from .backends import Backend

EXAMPLE = Path(__file__).parents[2] / "examples" / "organization"
NOW = ("--yes", "--skip-preview")


@dataclass(frozen=True)
class Project:
    """A copy of the example in ``folder``, whose commands find AWS at ``endpoint``."""

    folder: Path
    home: Path
    endpoint: str
    backend: Backend

    @property
    def rosters(self) -> Path:
        """Where its rosters are."""
        return self.folder / "rosters"

    def run(self, stack: str, *arguments: str) -> Output:
        """A command of the CLI for a stack."""
        return self.cli(*arguments, "--stack", stack)

    def cli(self, *arguments: str) -> Output:
        """A command of the CLI."""
        done = subprocess.run(
            _command(*arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Output(done.returncode, done.stdout, [])

    def must(self, stack: str, *arguments: str) -> str:
        """What a command printed that has to succeed."""
        done = self.run(stack, *arguments)
        assert done.code == 0, done.text
        return done.text

    def side_by_side(self, stacks: Iterable[str], *arguments: str) -> dict[str, str]:
        """The same command for several stacks at once, each of which has to succeed."""
        names = list(stacks)
        with ThreadPoolExecutor(len(names)) as pool:
            return dict(zip(names, pool.map(lambda name: self.must(name, *arguments), names), strict=True))

    def start(self, stack: str, *arguments: str) -> Running:
        """A command left running."""
        return Running(_command(*arguments, "--stack", stack), self.folder, self._environment())

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        """The outputs of a stack's associations by name."""
        return self.backend.outputs("mfa", stack)

    def active(self, stack: str) -> dict[str, bool]:
        """What a stack's state says of its devices."""
        return {name: bag["active"] for name, bag in self.outputs(stack).items()}

    def _environment(self) -> dict[str, str]:
        return {**environment(self.home, ADMIN, self.backend.url), "AWS_ENDPOINT_URL": self.endpoint}


def _command(*arguments: str) -> list[str]:
    return ["pulumi", "--color", "never", "--non-interactive", *arguments]


def copy_of_example(folder: Path) -> Path:
    """The example's program, stacks and rosters, to be changed."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    spare_pip(folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
