"""The tables of docs/reliability.md: every fault tried and its end, written by the test run.

``make reliability`` runs the tests and writes what they saw; every other run compares.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby, product
from pathlib import Path

from .cases import BOUNDARIES, CASES, OTHERS, Case

DOCUMENT = Path(__file__).parents[3] / "docs" / "reliability.md"
BEGIN, END = "<!-- ends: written by `make reliability` -->", "<!-- ends: end -->"
WRITE_TO = "MFA_ASSOCIATION_ENDS"
COLUMNS = {
    "killed before the call": {"provider": "provider killed before", "CLI": "CLI killed before"},
    "killed after it": {"provider": "provider killed after", "CLI": "CLI killed after"},
    "answer lost": {"before": "answer lost before", "after": "answer lost after"},
}
"""Each column joins two faults, whose ends are told apart by these words only where they differ."""
NOT_TRIED = "-"

Ended = dict[Case, str]


class Ends:
    """How the cases of a test ended: compared with the document, or noted for it."""

    def __init__(self) -> None:
        folder = os.environ.get(WRITE_TO)
        self._notes = Path(folder) / os.environ.get("PYTEST_XDIST_WORKER", "alone") if folder else None
        self._known = {} if folder else parse(DOCUMENT.read_text())

    def note(self, case: Case, end: str) -> None:
        """A case ended so."""
        assert case in CASES, f"{case} is not listed"
        if self._notes:
            with self._notes.open("a") as notes:
                notes.write(json.dumps([case, end]) + "\n")
        else:
            assert self._known.get(case) == end, f"{case} ended otherwise than docs/reliability.md says"


def render(ends: Ended) -> str:
    """Two tables: the boundaries, and everything else. Neighbours that ended alike share a row."""
    struck = [["operation", "calls, each disturbed", *COLUMNS], *_struck(ends)]
    others = [["fault", "operations", "end"], *_others(ends)]
    return "\n".join([BEGIN, _summary(ends), "", *_table(struck), "", *_table(others), END])


def parse(document: str) -> Ended:
    """The cases and ends of a document."""
    known: Ended = {}
    for line in document.partition(BEGIN)[2].partition(END)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3:
            faults, operations, end = cells
            pairs = product(faults.split("; "), operations.split("; "))
            known |= {Case(fault, operation): end for fault, operation in pairs}
        elif len(cells) == 2 + len(COLUMNS):
            operation, calls, *ended = cells
            for words, cell in zip(COLUMNS.values(), ended, strict=True):
                for fault, end in _split(words, cell).items():
                    known |= {Case(fault, operation, call): end for call in calls.split(", ")}
    return {case: end for case, end in known.items() if case in CASES}


def _summary(ends: Ended) -> str:
    kills = sum("killed" in case.fault for case in BOUNDARIES)
    return (
        f"{len(ends)} cases: {kills} kills and {len(BOUNDARIES) - kills} lost answers at the calls of every operation, "
        f"and {len(OTHERS)} others."
    )


def _struck(ends: Ended) -> Iterator[list[str]]:
    calls = dict.fromkeys((case.operation, case.call) for case in BOUNDARIES)
    told = [
        (operation, call, [_joined(ends, words, operation, call) for words in COLUMNS.values()])
        for operation, call in calls
    ]
    for (operation, cells), rows in groupby(told, lambda row: (row[0], row[2])):
        yield [operation, ", ".join(call for _, call, _ in rows), *cells]


def _joined(ends: Ended, words: dict[str, str], operation: str, call: str) -> str:
    tried = {word: ends[case] for word, fault in words.items() if (case := Case(fault, operation, call)) in ends}
    if len(tried) == len(words) and len(set(tried.values())) == 1:
        return next(iter(tried.values()))
    return "; ".join(f"{word}: {end}" for word, end in tried.items()) or NOT_TRIED


def _split(words: dict[str, str], cell: str) -> dict[str, str]:
    """The faults of a cell and their ends: the reverse of ``_joined``."""
    if cell == NOT_TRIED:
        return {}
    if ": " not in cell:
        return dict.fromkeys(words.values(), cell)
    return {words[word]: end for word, end in (part.split(": ", 1) for part in cell.split("; "))}


def _others(ends: Ended) -> Iterator[list[str]]:
    faults = groupby(OTHERS, lambda case: case.fault)
    rows = [
        (fault, "; ".join(case.operation for case in alike), end)
        for fault, cases in faults
        for end, alike in groupby(cases, lambda case: ends[case])
    ]
    for (operations, end), alike in groupby(rows, lambda row: row[1:]):
        yield ["; ".join(fault for fault, *_ in alike), operations, end]


def _table(rows: list[list[str]]) -> list[str]:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return [head, "|" + "---|" * len(rows[0]), *body]


def main() -> int:
    """Run the tests and write what they saw."""
    with tempfile.TemporaryDirectory() as folder:
        tests = [sys.executable, "-m", "pytest", "-n", "2", str(Path(__file__).parent)]
        code = subprocess.run([*tests, *sys.argv[1:]], env={**os.environ, WRITE_TO: folder}).returncode
        lines = [line for notes in Path(folder).iterdir() for line in notes.read_text().splitlines()]
    seen = [(Case(*case), end) for case, end in map(json.loads, lines)]
    doubtful = sorted(case for case in CASES if len({end for told, end in seen if told == case}) != 1)
    if code or doubtful:
        print("nothing written; not seen, or with more than one end:", *doubtful, sep="\n")
        return 1
    head, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(head + render(dict(seen)) + rest.partition(END)[2])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
