"""`mfa-association check`: faults by line, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfa_association.cli.command_line import run

GOOD = "users:\n  alice:\n    - GAHT12345678\n"
BAD = "users:\n  alice:\n    - short\n  ALICE:\n    - GAHT12345678\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_good_roster_is_counted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "roster.yaml").write_text(GOOD)
    assert run(["check"]) == 0
    assert capsys.readouterr() == ("roster.yaml: 1 device, no fault\n", "")


def test_every_fault_of_every_roster_is_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.yaml").write_text(GOOD)
    (here / "bad.yaml").write_text(BAD)
    assert run(["check", "bad.yaml", "good.yaml", "missing.yaml"]) == 1
    told = capsys.readouterr()
    assert told.out == "good.yaml: 1 device, no fault\n"
    assert [line.partition(" ")[0] for line in told.err.splitlines()] == [
        "bad.yaml:3:",
        "bad.yaml:4:",
        "missing.yaml:1:",
    ]
