"""The hidden first line of a comment: which stack it speaks of, what it says, which run wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

_MARKER = re.compile(
    r"<!-- mfa-review (?P<stack>[^\s<>]{1,500}) verdict=(?P<verdict>critical|high|medium|low|info|none|unassessed)"
    r"(?: run=(?P<id>[0-9]{1,19})\.(?P<attempt>[0-9]{1,9}))? -->"
)


class WorkflowRun(NamedTuple):
    """A workflow run; a later one is greater. Outside GitHub, any number that grows.

    GitHub's run id, not its run number: that one begins anew when a workflow's file is renamed. A run that is started
    again keeps its id and looks at its old commit, so its attempt counts for less than the id of a later run.
    """

    id: int
    attempt: int = 1

    def __str__(self) -> str:
        return f"{self.id}.{self.attempt}"


@dataclass(frozen=True)
class Marker:
    """``stack``: PROJECT/STACK. ``verdict``: the worst risk, ``none`` or ``unassessed``. ``run``: None in a file."""

    stack: str
    verdict: str
    run: WorkflowRun | None = None

    def __str__(self) -> str:
        written_by = f" run={self.run}" if self.run else ""
        return f"<!-- mfa-review {self.stack} verdict={self.verdict}{written_by} -->"

    def by(self, run: WorkflowRun) -> Marker:
        """The same, written by this run."""
        return replace(self, run=run)


def split(text: str) -> tuple[Marker | None, str]:
    """The marker of a text, and what follows it. One that is not the whole first line is no marker."""
    first, _, rest = text.replace("\r\n", "\n").partition("\n")
    found = _MARKER.fullmatch(first)
    if not found:
        return None, text
    run = WorkflowRun(int(found["id"]), int(found["attempt"])) if found["id"] else None
    return Marker(found["stack"], found["verdict"], run), rest
