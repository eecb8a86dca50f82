"""The table of docs/reliability.md: every fault tried and its end, written by the test run.

``python -m tests.e2e.faults.table`` runs the tests and writes what they saw; every other run compares.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .operations import BEFORE_AND_AFTER, VERBS, boundaries

DOCUMENT = Path(__file__).parents[3] / "docs" / "reliability.md"
BEGIN, END = "<!-- ends: written by the test run -->", "<!-- ends: end -->"
WRITE_TO = "MFA_ASSOCIATION_ENDS"
FAULTS = ("provider killed", "CLI killed", "answer lost")
COLUMNS = tuple(f"{fault} {when}" for fault in FAULTS for when in BEFORE_AND_AFTER)


class Case(NamedTuple):
    """A fault that was tried. ``call``: the AWS call that it struck, where it struck one."""

    fault: str
    operation: str
    call: str = ""


OTHERS = (
    Case("CLI killed alone, its provider lives on", "create: enables"),
    Case("CLI killed alone, its provider lives on", "delete: the last device of a user"),
    Case("Ctrl-C", "create: enables"),
    Case("Ctrl-C", "delete: the last device of a user"),
    Case("Ctrl-C twice", "create: enables"),
    Case("Ctrl-C twice", "delete: the last device of a user"),
    Case("throttling burst", "create of 20"),
    Case("throttling burst", "delete of 20"),
    Case("reads lag 2 s behind", "create: enables"),
    Case("reads lag 2 s behind", "update: moves to another user"),
    Case("reads lag 2 s behind", "delete of both devices of a user"),
    *(
        Case(f"{error} {until}", operation)
        for error in ("EntityTemporarilyUnmodifiable", "ConcurrentModification")
        for until in ("that clears", "for ever")
        for operation in ("create: enables", "delete: the last device of a user")
    ),
    Case("two stacks at once", "create: adopts a virtual device"),
    Case("two stacks at once", "create: enables"),
    Case("two stacks at once", "delete: the last device of a user"),
    Case("random schedules of all of these", "all"),
    Case("CLI killed while creating, line reverted before the rerun", "create: enables"),
)
BOUNDARIES = tuple(
    Case(f"{fault} {boundary.when}", boundary.operation.name, boundary.call)
    for verb in VERBS
    for boundary in boundaries(verb)
    for fault in FAULTS
)


class Ends:
    """How the cases of a test ended: compared with the document, or noted for it."""

    def __init__(self) -> None:
        folder = os.environ.get(WRITE_TO)
        self._notes = Path(folder) / os.environ.get("PYTEST_XDIST_WORKER", "alone") if folder else None
        self._known = {} if folder else parse(DOCUMENT.read_text())

    def note(self, case: Case, end: str) -> None:
        """A case ended so."""
        assert case in BOUNDARIES + OTHERS, f"{case} is not listed"
        if self._notes:
            with self._notes.open("a") as notes:
                notes.write(json.dumps([case, end]) + "\n")
        else:
            assert self._known.get(case) == end, f"{case} ended otherwise than docs/reliability.md says"


def parse(document: str) -> dict[Case, str]:
    """The cases and ends of a document."""
    known: dict[Case, str] = {}
    for line in document.partition(BEGIN)[2].partition(END)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|---") or cells[0] in ("", "operation", "fault"):
            continue
        if len(cells) == 3:
            known[Case(cells[0], cells[1])] = cells[2]
        else:
            operation, call, *ends = cells
            known |= {Case(column, operation, call): end for column, end in zip(COLUMNS, ends, strict=True) if end}
    return known


def render(ends: dict[Case, str]) -> str:
    """Two tables: the boundaries, and everything else."""
    calls = dict.fromkeys((case.operation, case.call) for case in BOUNDARIES)
    struck = [[*key, *(ends.get(Case(column, *key), "") for column in COLUMNS)] for key in calls]
    return "\n".join(
        [
            BEGIN,
            *_rows(["operation", "call", *COLUMNS], struck),
            "",
            *_rows(["fault", "operation", "end"], [[case.fault, case.operation, ends[case]] for case in OTHERS]),
            END,
        ]
    )


def _rows(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" if cells else f"|{'---|' * len(head)}" for cells in [head, [], *rows]]


def main() -> int:
    """Run the tests and write what they saw."""
    with tempfile.TemporaryDirectory() as folder:
        tests = [sys.executable, "-m", "pytest", "-n", "2", str(Path(__file__).parent), "-k", "not committed"]
        code = subprocess.run([*tests, *sys.argv[1:]], env={**os.environ, WRITE_TO: folder}).returncode
        lines = [line for notes in Path(folder).iterdir() for line in notes.read_text().splitlines()]
    ends = {Case(*case): end for case, end in map(json.loads, lines)}
    untold = [case for case in BOUNDARIES + OTHERS if case not in ends]
    if code or untold:
        print("nothing written; not seen:", *untold, sep="\n")
        return 1
    head, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(head + render(ends) + rest.partition(END)[2])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
