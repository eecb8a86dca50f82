"""What the commands print: the same columns in a terminal and elsewhere, and nothing when nobody listens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mfa_association.cli import main, output
from mfa_association.cli.output import progress
from tests.support.company import ACCOUNT, PHONE, ROOT_PHONE, TOKEN, Company

HEADERS = ("USER", "PASSWORD", "DEVICE", "WHAT")
ROWS = (
    ("dave", "yes", output.Red("none"), ""),
    ("alice", "no", PHONE, "held"),
    ("bob", "no", TOKEN, "held"),
    ("the root user", "", ROOT_PHONE, f"not {PHONE}"),
)
TABLE = """\
account 111122223333, all of it
USER           PASSWORD  DEVICE                                    WHAT
dave           yes       none
alice          no        mfa/alice-phone                           held
bob            no        GAHT12345678                              held
the root user            arn:aws:iam::222233334444:mfa/root-phone  not arn:aws:iam::111122223333:mfa/alice-phone
"""


def test_a_table_names_its_account_once(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(HEADERS, ROWS, ACCOUNT, "all of it")
    assert capsys.readouterr().out == TABLE
    output.show(HEADERS, [], ACCOUNT)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("reason", "setting", "coloured"), [("a terminal", {}, True), ("asked for", {"NO_COLOR": "1"}, False)]
)
def test_a_terminal_gets_the_same_columns_with_colours_and_breaks_no_name(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    reason: str,
    setting: dict[str, str],
    coloured: bool,
) -> None:
    for name, value in {"COLUMNS": "40", **setting}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    output.show(HEADERS, ROWS, ACCOUNT, "all of it")
    told = capsys.readouterr().out
    assert re.sub(r"\x1b\[[0-9]+m", "", told) == TABLE, reason
    assert re.findall(r"\x1b\[31m(.*?)\x1b\[0m", told) == ["none"] * coloured, reason
    assert re.findall(r"\x1b\[1m(.*?)\x1b\[0m", told) == list(HEADERS) * coloured, reason


@pytest.mark.parametrize("terminal", [True, False])
def test_what_aws_says_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    output.show(["DEVICE"], [["a\x1b[2Jb\nc[red]d"]], ACCOUNT)
    told = capsys.readouterr().out
    assert "a [2Jb c[red]d" in told


def test_nobody_without_a_device_is_red_who_cannot_sign_in(
    firm: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["status", "dave", "erin"]) == 3
    assert re.findall(r"(\w+) +\w+ +\x1b\[31mnone", capsys.readouterr().out) == ["dave"]


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


@pytest.mark.long
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


@pytest.mark.long
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
    firm.box.fault(action, times=None, delay=0.5, error="Throttling")
    command = [sys.executable, "-m", "mfa_association.cli", "adopt", *more]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not firm.box.waiting()[action]:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 130
    assert os.listdir(tmp_path) == ["accounts"]
