"""What the commands print: drawn in a terminal, plain elsewhere, silent when nobody listens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mfa_association.cli import main, output
from mfa_association.cli.output import progress
from tests.support.company import ACCOUNT, PHONE, Company


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
    output.show(["DEVICE"], [["a\x1b[2Jb\nc[red]d"]])
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
        print("a result")
    told = capsys.readouterr()
    assert told.out == "a result\n"
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


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("ListMFADevices", []),
        ("ListUsers", []),
        (
            "ListUsers",
            ["--accounts", "accounts", "--roster", "{account}", "--role-arn", "arn:aws:iam::{account}:role/auditor"],
        ),
    ],
)
def test_ctrl_c_ends_at_once_without_a_word_and_without_a_file(
    firm: Company, tmp_path: Path, action: str, more: list[str]
) -> None:
    (tmp_path / "accounts").write_text(ACCOUNT)
    firm.box.fault(action, times=None, delay=2, error="Throttling")
    command = [sys.executable, "-m", "mfa_association.cli", "adopt", *more]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not firm.box.waiting()[action]:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 130
    assert os.listdir(tmp_path) == ["accounts"]
