"""The hidden first line of a comment: which stack it speaks of, what it says, which run wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_MARKER = re.compile(
    r"<!-- mfa-review (?P<stack>[^\s<>]{1,500}) verdict=(?P<verdict>critical|high|medium|low|info|none|unassessed)"
    r"(?: run=(?P<id>[0-9]{1,19})\.(?P<attempt>[0-9]{1,19})(?: job=(?P<job>[0-9a-f]{12}))?)? -->"
)


@dataclass(frozen=True, order=True)
class WorkflowRun:
    """A workflow run or pipeline; a later one is greater. Outside of both, any number that grows.

    ``id``: not a number that begins anew when a workflow's file is renamed. ``attempt``: a run that is started again
    keeps its id and looks at its old commit, so its attempt counts for less than the id of a later run. ``job``: which
    job of the run it is, as 12 hexadecimal digits, where attempts are counted for each job alone; else empty.
    """

    id: int
    attempt: int = 1
    job: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.id}.{self.attempt}"

    def is_beside(self, other: WorkflowRun) -> bool:
        """Whether it is another job of the same run, and no later attempt: neither may overwrite the other."""
        same_attempt = self.job != other.job if self.job else self.attempt == other.attempt
        return self.id == other.id and same_attempt


@dataclass(frozen=True)
class Marker:
    """``stack``: PROJECT/STACK. ``verdict``: the worst risk, ``none`` or ``unassessed``. ``run``: None in a file."""

    stack: str
    verdict: str
    run: WorkflowRun | None = None

    def __str__(self) -> str:
        job = f" job={self.run.job}" if self.run and self.run.job else ""
        written_by = f" run={self.run}{job}" if self.run else ""
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
    run = WorkflowRun(int(found["id"]), int(found["attempt"]), found["job"] or "") if found["id"] else None
    return Marker(found["stack"], found["verdict"], run), rest
