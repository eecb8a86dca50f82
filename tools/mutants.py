"""Leave out one mention of a fact at a time, in a copy of the tree, and expect the tests that are named to fail.

Usage: mutants.py [WORD …]   (only the mutants whose line holds every word)

One line for each: killed, SURVIVED (the tests passed: nothing holds that mention), or GONE (its text is no longer in the
file: change the mutant). Exit code 1 for a survivor, for one that is gone, and where the tests fail without any change.
To add some, append to ``MUTANTS`` in mutant_list.py: name a few small tests, since each mutant runs them in a process of its own.
"""

from __future__ import annotations

import ast
import importlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from mutant_list import MUTANTS, ROOT, Mutant

_FORK = multiprocessing.get_context("fork")
_HEAVY = (
    "boto3.session",
    "google.protobuf.message",
    "grpc",
    "hypothesis",
    "jsonschema",
    "moto.iam.models",
    "moto.secretsmanager.models",
    "moto.ssm.models",
    "moto.sts.models",
    "pulumi.dynamic",
    "xdist.plugin",
    "yaml",
)
"""What most tests load and no mutant changes: loaded once, for all of them."""


class Copy:
    """A copy of the tree, changed by one mutant at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._changes = folder, 0
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def fails(self, tests: tuple[str, ...]) -> bool:
        """Whether one of the tests does, in a process that has loaded all but ours already."""
        process = _FORK.Process(target=_pytest, args=(self._folder, tests))
        process.start()
        process.join()
        return process.exitcode != 0

    def outcome(self, mutant: Mutant) -> str:
        """``killed``, ``SURVIVED`` or ``GONE``."""
        path = self._folder / mutant.file
        before, saved = path.read_text(), path.stat().st_mtime
        if mutant.text not in before or mutant.text == mutant.instead:
            return "GONE"
        after = before.replace(mutant.text, mutant.instead, 1)
        if path.suffix == ".py":
            ast.parse(after)  # what cannot be read is killed by anything
        self._write(path, after, saved)
        try:
            return "killed" if self.fails(mutant.tests) else "SURVIVED"
        finally:
            self._write(path, before, saved)

    def _write(self, path: Path, text: str, saved: float) -> None:
        """With a time of its own: Python tells stale bytecode by the second and the size alone."""
        self._changes += 1
        path.write_text(text)
        os.utime(path, (saved, saved + self._changes))


def _pytest(folder: Path, tests: tuple[str, ...]) -> None:
    os.chdir(folder)
    sys.path[0] = str(folder / "providers")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.exit(pytest.main(["-x", "-p", "no:cacheprovider", *tests]))


def _each(chosen: Sequence[Mutant]) -> Iterator[tuple[str, Mutant]]:
    """What becomes of each, as many at a time as there are processors."""
    workers = min(os.cpu_count() or 1, len(chosen))
    parts = [chosen[number::workers] for number in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=_FORK) as pool:
        for part, outcomes in zip(parts, pool.map(_outcomes, parts), strict=True):
            yield from zip(outcomes, part, strict=True)


def _outcomes(part: Sequence[Mutant]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        return [copy.outcome(mutant) for mutant in part]


def main(words: list[str]) -> int:
    """Try each mutant."""
    chosen = [mutant for mutant in MUTANTS if all(word in str(mutant) for word in words)]
    if not chosen:
        print("no mutant's line holds " + " and ".join(words))
        return 1
    for module in _HEAVY:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        if copy.fails(tuple(sorted({test for mutant in chosen for test in mutant.tests}))):
            print("the tests fail without any change: mend them first")
            return 1
    killed = 0
    for outcome, mutant in _each(chosen):
        killed += outcome == "killed"
        print(f"{outcome:8} {mutant}", flush=True)
    print(f"{killed} of {len(chosen)} mutants killed")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
