"""The mutants: each still changes what it names, and what survives or is gone is told."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import mutants
import pytest
from mutant_list import MUTANTS, ROOT, Mutant
from mutant_list import TABLE as INPUTS
from mutants import Copy

TABLE = Mutant(INPUTS, "is_secret=True", "is_secret=False", ("tests/test_fields.py",))
GONE = Mutant(INPUTS, "no such text", "", ("tests/test_fields.py",))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of one file, for what is copied for every mutant, and nothing loaded for its tests."""
    (tmp_path / INPUTS).parent.mkdir(parents=True)
    (tmp_path / INPUTS).write_text((ROOT / INPUTS).read_text())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    monkeypatch.setattr(mutants, "_HEAVY", ())
    return tmp_path


def test_each_mutant_still_changes_what_it_names() -> None:
    assert len(MUTANTS) > 100
    for mutant in MUTANTS:
        assert mutant.text in (ROOT / mutant.file).read_text(), mutant
        assert mutant.text != mutant.instead, mutant
        assert all((ROOT / test.partition("::")[0]).is_file() for test in mutant.tests), mutant


@pytest.mark.parametrize(
    "reason, mutant, fails, outcome, code",
    [
        ("the tests fail for it", TABLE, [False, True], "killed", 0),
        ("the tests pass for it", TABLE, [False, False], "SURVIVED", 1),
        ("its text is no longer there", GONE, [False], "GONE", 1),
        ("the tests fail without it", TABLE, [True], "the tests fail without any change", 1),
    ],
)
def test_what_becomes_of_a_mutant_is_told(
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reason: str,
    mutant: Mutant,
    fails: list[bool],
    outcome: str,
    code: int,
) -> None:
    before = (tree / mutant.file).read_text()
    monkeypatch.setattr(mutants, "MUTANTS", (mutant,))
    monkeypatch.setattr(Copy, "fails", lambda _self, _tests: fails.pop(0))
    assert mutants.main([]) == code, reason
    assert capsys.readouterr().out.startswith(outcome)
    assert (tree / mutant.file).read_text() == before


@pytest.mark.parametrize("name", mutants._HEAVY)
def test_what_is_loaded_for_all_mutants_is_there(name: str) -> None:
    """Looked for, not loaded: that takes seconds."""
    top, *below = name.split(".")
    package = importlib.util.find_spec(top)
    assert package and package.submodule_search_locations
    module = Path(package.submodule_search_locations[0], *below)
    assert module.is_dir() or module.with_suffix(".py").is_file()


def test_words_that_no_line_holds_run_no_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Copy, "fails", lambda _self, _tests: pytest.fail("tests were run"))
    assert mutants.main(["no such", "word"]) == 1
    assert capsys.readouterr().out == "no mutant's line holds no such and word\n"
