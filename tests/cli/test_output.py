"""What the commands print: drawn in a terminal, plain elsewhere, silent when nobody listens."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mfa_association.cli import main, tables
from mfa_association.cli.progress import progress
from tests.inventory.company import PHONE, Company


def test_a_terminal_gets_a_drawn_table(
    firm: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["status"]) == 3
    told = capsys.readouterr().out
    assert "┏" in told and "USER" in told
    assert PHONE in told


@pytest.mark.parametrize("terminal", [True, False])
def test_what_aws_says_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    tables.show(["DEVICE"], [["a\x1b[2Jb\nc[red]d"]])
    told = capsys.readouterr().out
    assert "a [2Jb c[red]d" in told


def test_progress_is_on_stderr_of_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress() as tell:
        tell("users", 1, 2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with progress() as tell:
        tell("users", 1, 2)
        tell("users", 2, 2)
    told = capsys.readouterr()
    assert told.out == ""
    assert "users" in told.err and "2/2" in told.err


def test_a_reader_that_went_away_is_no_traceback(firm: Company) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "mfa_association.cli", "status", "alice"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
