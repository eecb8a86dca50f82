"""Which programs a test drives, and where they are.

One rule decides: a test drives an engine, or another program that no Python package has, if and only if it uses one of the
fixtures ``pulumi``, ``bridge``, ``terraform``, ``program``, ``h2spec``, ``actionlint``, ``tfplugindocs`` and ``chromium``
of ``tests/conftest.py``. It is marked ``engine`` then; every other test belongs to ``make unit``.
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import engines
import pytest
from browser import CHROMIUM
from judges import ACTIONLINT, H2SPEC, TFPLUGINDOCS
from kept import NoProgram

PROGRAMS = {
    **engines.ENGINES,
    "h2spec": H2SPEC,
    "actionlint": ACTIONLINT,
    "tfplugindocs": TFPLUGINDOCS,
    "chromium": CHROMIUM,
}
NAMED = {"pulumi", "bridge", "terraform", "h2spec", "actionlint", "tfplugindocs", "chromium"}
"""Fixtures that are called as their program is; what ``program`` is, its parameter says."""
FORBIDDEN = ("pulumi", "pulumi-language-python", "terraform", "tofu", "h2spec", "tfplugindocs", "chromium", "go")
"""What no other test may start, by its name on PATH."""
STUB = '#!/bin/sh\necho "$0 $*" >> "{record}"\necho "this test uses no fixture that gives it $0" >&2\nexit 97\n'


def needed(item: pytest.Item) -> set[str]:
    """The names in PROGRAMS of what a test drives."""
    fixtures = set(getattr(item, "fixturenames", ()))
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return NAMED & fixtures | ({parameters["program"]} if "program" in fixtures else set())


def make(items: Iterable[pytest.Item]) -> None:
    """Find or make all that these tests drive, before the first of them begins: a build takes longer than a test may."""
    for name in sorted({name for item in items for name in needed(item)}):
        _found(name)


def program(name: str) -> Path:
    """A program by its name in PROGRAMS. Without one the test is skipped, and the summary says so; in CI it fails, unless it
    is a browser, which nobody can build.
    """
    answer = _found(name)
    if isinstance(answer, Path):
        return answer
    if os.environ.get("CI") and name != "chromium":
        raise answer
    warnings.warn(f"not tested with {PROGRAMS[name].title}: {answer}", stacklevel=2)
    pytest.skip(str(answer))


@functools.cache
def _found(name: str) -> Path | NoProgram:
    """Looked for once in a process, also where there is none."""
    try:
        return PROGRAMS[name].ensure() / PROGRAMS[name].name
    except NoProgram as refusal:
        return refusal


@contextmanager
def forbidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever starts an engine meanwhile fails: those on PATH, kept in this folder, refuse, and our cache has none."""
    record = folder / "started"
    if not (folder / FORBIDDEN[-1]).exists():
        _fill(folder, record)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(folder / "cache"))
    yield
    if record.exists():
        started = record.read_text()
        record.unlink()
        pytest.fail(f"it uses no fixture of an engine (tests/support/engines.py), and yet it started: {started}")


def _fill(folder: Path, record: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in FORBIDDEN:
        (folder / name).write_text(STUB.format(record=record))
        (folder / name).chmod(0o755)
