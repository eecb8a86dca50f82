"""The mutants: each still changes what it names, and what survives or is gone is told."""

from __future__ import annotations

import mutants
import pytest
from mutant_list import MUTANTS, ROOT, Mutant
from mutant_list import TABLE as INPUTS
from mutants import Copy

TABLE = Mutant(INPUTS, "is_secret=True", "is_secret=False", ("tests/test_fields.py",))
GONE = Mutant(INPUTS, "no such text", "", ("tests/test_fields.py",))


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
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reason: str,
    mutant: Mutant,
    fails: list[bool],
    outcome: str,
    code: int,
) -> None:
    before = (ROOT / mutant.file).read_text()
    monkeypatch.setattr(mutants, "MUTANTS", (mutant,))
    monkeypatch.setattr(Copy, "fails", lambda _self, _tests: fails.pop(0))
    assert mutants.main([]) == code, reason
    assert capsys.readouterr().out.startswith(outcome)
    assert (ROOT / mutant.file).read_text() == before


def test_words_that_no_line_holds_run_no_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Copy, "fails", lambda _self, _tests: pytest.fail("tests were run"))
    assert mutants.main(["no such", "word"]) == 1
    assert capsys.readouterr().out == "no mutant's line holds no such and word\n"
