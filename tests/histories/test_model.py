"""The model speaks the language of what it stands for."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from mfa_association.aws.iam import Iam
from tests.histories.iam import ModelIam
from tests.histories.play import play
from tests.histories.strategies import drawn

OPEN_FILES = Path("/proc/self/fd")


def test_the_model_has_every_verb_of_iam_and_no_other() -> None:
    ours, theirs = ({name for name in vars(kind) if not name.startswith("_")} for kind in (ModelIam, Iam))
    assert ours == theirs


@pytest.mark.long
def test_a_seed_draws_the_same_histories_again() -> None:
    assert drawn(3, 30) == drawn(3, 30) != drawn(4, 30)


@pytest.mark.long
def test_a_seed_draws_the_same_histories_whatever_else_is_loaded() -> None:
    code = "from tests.histories.strategies import drawn; print(repr(drawn(3, 60)))"
    elsewhere = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert elsewhere.stdout == f"{drawn(3, 60)!r}\n"


@pytest.mark.long
@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="the system does not list what is open")
def test_a_history_leaves_nothing_open() -> None:
    # By what is open, not by how much: what earlier tests left to the collector may be closed meanwhile.
    before = _open_files()
    for history in drawn(6, 10):
        play(history)
    assert _open_files() - before == set()


def _open_files() -> set[tuple[str, str]]:
    found = set()
    for name in os.listdir(OPEN_FILES):
        with suppress(FileNotFoundError):  # that of the listing itself
            found.add((name, os.readlink(OPEN_FILES / name)))
    return found


@pytest.mark.long
def test_a_history_prints_as_the_code_that_makes_it() -> None:
    from tests.histories import history as names

    for one in drawn(5, 50):
        assert eval(repr(one), dict(vars(names))) == one
