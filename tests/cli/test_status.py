"""``mfa-association status`` as it is typed."""

from __future__ import annotations

import csv
import io
import json

import pytest

from mfa_association.cli import main
from mfa_association.cli.command_line import run
from mfa_association.cli.output import write_csv
from tests.support.company import ACCOUNT, PHONE, SINCE, TOKEN, Company


def test_users_with_a_password_alone_come_first(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"account {ACCOUNT}"
    assert [line.split()[0] for line in lines[2:7]] == ["dave", "alice", "bob", "carol", "erin"]
    assert lines[2].split() == ["dave", "yes", "none"]
    assert lines[3].split() == ["alice", "yes", "mfa/alice-phone", "virtual", SINCE]
    assert lines[7] == "2 of 3 console users hold a device; 1 holds none"
    assert lines[8].startswith("console passwords as of 20")
    names = [line.partition("CERTIFICATIONS")[0].partition("FIDO L1")[0].rstrip() for line in lines[1:7]]
    assert max(map(len, names)) <= 80, "all but the last column, which is there for keys alone"
    assert firm.only_reads()


def test_json_tells_the_same(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["coverage"] == {"with_device": 2, "without_device": 1, "not_checked": 0}
    assert told["users"][0]["user_name"] == "dave"
    (device,) = told["users"][2]["devices"]
    assert (device["serial_number"], device["device_kind"], device["enable_date"]) == (TOKEN, "hardware", SINCE)


def test_csv_has_a_line_a_device(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--csv"]) == 3
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["user_name"], row["console_password"], row["serial_number"]) for row in rows[:2]] == [
        ("dave", "yes", "none"),
        ("alice", "yes", PHONE),
    ]


def test_no_cell_of_csv_starts_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(["USER"], [["=cmd"], ["+1"], ["-1"], ["@a"], ["a=1"]])
    assert capsys.readouterr().out == "USER\n'=cmd\n'+1\n'-1\n'@a\na=1\n"


def test_a_user_with_such_a_name_is_escaped_too(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.box.add({"accounts": {ACCOUNT: {"users": {"=1+1": {}}}}})
    assert main(["status", "=1+1", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == f"'=1+1,no,none,,,,{ACCOUNT}"


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["alice"], 0, "holds a device"),
        (["dave"], 3, "a password and no device"),
        (["nobody"], 1, "a typing error is no answer"),
        (["erin", "--clean"], 0, "neither a password nor a device"),
        (["nobody", "--clean"], 0, "deleted users are clean, and the output says so"),
        (["alice", "--clean"], 3, "a device is left"),
        (["dave", "--clean"], 3, "a password is left"),
        (["erin", "bob", "--clean"], 3, "one of two is not"),
    ],
)
def test_exit_codes(firm: Company, arguments: list[str], code: int, reason: str) -> None:
    assert main(["status", *arguments]) == code, reason


def test_a_user_that_does_not_exist_is_said_to_be_none(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "nobody", "--clean"])
    assert f"nobody: no such user in account {ACCOUNT}" in capsys.readouterr().out


def test_the_record_of_leavers_has_a_line_each(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "erin", "bob", "--clean"])
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "bob: not clean",
        "erin: clean, neither a console password nor a device",
    ]


def test_clean_needs_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--clean"]) == 1
    assert "no user is named" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("denied", "cell"),
    [("GetLoginProfile", "dave   not checked"), ("ListMFADevices", "carol  yes       not checked")],
)
def test_what_could_not_be_checked_says_so(
    firm: Company, capsys: pytest.CaptureFixture[str], denied: str, cell: str
) -> None:
    firm.deny(denied, "GenerateCredentialReport")
    assert main(["status"]) == 1
    told = capsys.readouterr()
    assert cell in told.out
    assert told.err.startswith("mfa-association: ")
    assert main(["status", "erin", "--clean"]) == 1


def test_an_error_names_what_can_be_set_here(
    firm: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not what a stack or a provider block would say."""
    with monkeypatch.context() as patch:  # undone before the company's own settings are
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        assert run(["status"]) == 1
    told = capsys.readouterr().err
    assert "the AWS endpoint cannot be reached; check the network, the proxy and AWS_ENDPOINT_URL (AWS: " in told
