"""``status`` and ``drift`` of many accounts: one report, and what could not be read is never a "no"."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from mfa_association.aws.settings import ROLE_SESSION_NAME
from mfa_association.cli import main
from tests.support.company import ACCOUNT, MEMBER, PHONE, ROOT_PHONE, SINCE, Company

DENIED = "333344445555"
ROLE = ["--role-arn", "arn:aws:iam::{account}:role/auditor"]
MANY = ["--accounts", "accounts", *ROLE]


@pytest.fixture(autouse=True)
def organization(firm: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three accounts, of which the third has no role for us."""
    monkeypatch.chdir(tmp_path)
    Path("accounts").write_text(f"{ACCOUNT}\n{MEMBER}\n{DENIED}\n")
    Path("two").write_text(f"{ACCOUNT}\n{MEMBER}\n")
    members = {"management": ACCOUNT, "members": [MEMBER, DENIED], "root_credentials_management": True}
    firm.box.add({"accounts": {DENIED: {"users": {"trent": {"password": True}}}}, "organization": members})


def test_an_account_that_is_denied_is_said_to_be(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", *MANY]) == 1
    told = capsys.readouterr()
    assert f"account {DENIED}: not checked, it could not be read" in told.out
    assert told.out.splitlines()[-1] == (
        f"2 of 3 accounts were read ({DENIED}: not checked): 2 of 3 console users hold a device; 1 holds none"
    )
    (sentence,) = told.err.splitlines()
    start = (
        f"mfa-association: account {DENIED}: finding out whose AWS credentials are in use: the role cannot be assumed; "
    )
    assert sentence.startswith(start)
    assert "trent" not in told.out
    assert firm.only_reads()


def test_accounts_that_can_all_be_read_answer_the_question(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--accounts", "two", *ROLE]) == 3
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines()[-1].startswith("2 of 2 accounts were read: 2 of 3 console users hold a device")
    firm.enable(
        "dave",
        str(firm.box.client().create_virtual_mfa_device(VirtualMFADeviceName="d")["VirtualMFADevice"]["SerialNumber"]),
    )
    assert main(["status", "--accounts", "two", *ROLE]) == 0


def test_the_calls_of_an_account(firm: Company) -> None:
    """So many for each account, and for a user only where IAM has no list; one for each FIDO key."""
    assert main(["status", "--accounts", "two", *ROLE, "--format", "json"]) == 3
    lists = ("ListVirtualMFADevices", "ListUsers", "GetAccountSummary", "GetCredentialReport")
    rights = ("GetAccountAuthorizationDetails", "ListPolicies")
    calls = firm.box.calls()
    assert 2 + 1 <= calls.pop("ListMFADevices") <= 5 + 1, "until all keys and tokens are found, a few at once"
    assert calls == {
        **dict.fromkeys((*lists, *rights, "AssumeRole", "GetCallerIdentity"), 2),
        "GenerateCredentialReport": 4,
        "GetMFADevice": 1,
    }


def test_json_has_every_account_in_order(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", *MANY, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, json.loads((files("mfa_association") / "status.schema.json").read_text()))
    assert [(one["account_id"], one["error"] is None) for one in told["accounts"]] == [
        (ACCOUNT, True),
        (MEMBER, True),
        (DENIED, False),
    ]
    assert (told["accounts_asked"], told["accounts_read"]) == (3, 2)
    assert told["accounts"][0]["read_as"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/{ROLE_SESSION_NAME}"


def roots(told: str) -> dict[str, str]:
    """The rows of root users by account."""
    _, _, table = told.partition("ROOT USER OF")
    return {line[:12]: " ".join(line[12:].split()) for line in table.splitlines()[1:] if line[:12].isdigit()}


def test_root_users_show_their_devices_or_why_they_were_not_checked(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("members").write_text(f"{MEMBER} {DENIED}")
    firm.box.add({"accounts": {DENIED: {"scp_deny_root": ["iam:ListMFADevices"]}}})
    assert main(["status", *MANY, "--roots", "members"]) == 1
    told = capsys.readouterr()
    assert roots(told.out) == {
        ACCOUNT: "no credentials",
        MEMBER: f"1 MFA device {ROOT_PHONE} virtual {SINCE}",
        DENIED: "not checked",
    }
    assert f"reading the MFA devices of the root user of account ({DENIED})" in told.err


@pytest.mark.parametrize(
    ("seed", "row", "code", "reason"),
    [
        ({"password": True}, "a password alone", 3, "somebody can sign in as root with a password alone"),
        ({}, "no credentials, removed centrally", 0, "nobody can sign in as root"),
        ({"password": True, "devices": [{"kind": "hardware", "serial": "GAHT99999999"}]}, "1 MFA device", 0, "a token"),
    ],
)
def test_what_a_root_user_signs_in_with(
    seed: dict[str, object], row: str, code: int, reason: str, firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    firm.box.add({"accounts": {DENIED: {"root": seed}}})
    Path("members").write_text(DENIED)
    Path("one").write_text(MEMBER)
    assert main(["status", "--accounts", "one", *ROLE, "--roots", "members"]) == code, reason
    assert roots(capsys.readouterr().out)[DENIED].startswith(row)
    calls = firm.box.calls()
    once = ("AssumeRoot", "ListOrganizationsFeatures", "GetLoginProfile", "ListAccessKeys")
    assert {name: calls[name] for name in once} == dict.fromkeys(once, 1)
    assert calls["GetCallerIdentity"] == 2, "of the account's role, and of whoever asks for root users"


def test_without_a_root_session_the_summary_tells_of_the_root_user(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is read anyway. A device that is no virtual one has no name there."""
    token = {"kind": "hardware", "serial": "GAHT99999999"}
    firm.box.add({"accounts": {ACCOUNT: {"root": {"password": True, "devices": [token]}}}})
    main(["status", "--accounts", "two", *ROLE])
    assert roots(capsys.readouterr().out) == {
        ACCOUNT: "an MFA device, which one was not checked (see --roots)",
        MEMBER: f"an MFA device {ROOT_PHONE} virtual {SINCE}",
    }
    main(["status"])
    assert "root user: an MFA device, which one was not checked (see --roots)" in capsys.readouterr().out


def test_without_the_summary_a_root_user_is_not_checked(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.deny("GetAccountSummary")
    assert main(["status"]) == 3
    assert "root user: not checked" in capsys.readouterr().out


def test_who_may_not_ask_how_roots_are_managed_is_told_so(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.deny("ListOrganizationsFeatures")
    Path("members").write_text(MEMBER)
    main(["status", "--roots", "members"])
    assert "whether root credentials are managed centrally: not checked" in capsys.readouterr().out


def test_leavers_are_looked_for_in_every_account(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("leavers").write_text("erin\nmallory  # left in May\n")
    assert main(["status", "--clean", "--users-file", "leavers", "--accounts", "two", *ROLE]) == 3
    told = capsys.readouterr().out
    assert f"account {ACCOUNT}: erin: clean, neither a console password nor a device" in told
    assert f"account {MEMBER}: mallory: not clean" in told
    assert f"mallory: no such user in account {ACCOUNT}" in told
    assert main(["status", "--clean", "erin", "--accounts", "two", *ROLE]) == 0
    assert main(["status", "--clean", "erin", *MANY]) == 1


def test_csv_names_the_account_of_each_line(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "--accounts", "two", *ROLE, "--format", "csv"])
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split(",")[-2:] == ["certifications", "account_id"]
    assert {row.split(",")[-1] for row in rows} == {ACCOUNT, MEMBER}


def test_only_users_without_a_device(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    """The question stays the same, so do coverage and exit code."""
    assert main(["status", "--without-device"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[2:4]] == [["dave", "yes", "none"], ["erin", "no", "none"]]
    assert lines[4] == "2 of 3 console users hold a device; 1 holds none"


def test_drift_of_many_accounts_is_one_report(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["adopt", "--accounts", "two", *ROLE, "--roster", "{account}.yaml"])
    Path(f"{DENIED}.yaml").write_text(f"users:\n  trent:\n    - arn:aws:iam::{DENIED}:mfa/t\n")
    firm.deactivate("alice", PHONE)
    capsys.readouterr()
    assert main(["drift", "--accounts", "two", *ROLE, "--roster", "{account}.yaml"]) == 3
    told = capsys.readouterr().out
    assert f"account {ACCOUNT}\n" in told and "inactive  mfa/alice-phone" in told
    assert f"account {MEMBER}: no drift: AWS agrees with the 1 declared devices" in told
    assert told.splitlines()[-1] == "2 of 2 accounts were compared: 1 difference"
    assert main(["drift", *MANY, "--roster", "{account}.yaml", "--json"]) == 1
    read = capsys.readouterr()
    assert [one.get("error", "")[:14] for one in json.loads(read.out)["accounts"]] == ["", "", "finding out wh"]
    assert f"mfa-association: account {DENIED}: finding out" in read.err


def test_drift_looks_at_root_users_that_no_roster_declares(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["adopt"])
    Path("members").write_text(MEMBER)
    capsys.readouterr()
    assert main(["drift", "--roots", "members"]) == 3
    assert f"undeclared  {ROOT_PHONE}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["status", "--accounts", "accounts"], "reading many accounts: --role-arn must contain {account}"),
        (["status", *MANY, "--roster", "roster.yaml"], "reading many accounts: --roster must contain {account}"),
        (["status", *MANY, "--json"], "--json tells of one account; give --format json"),
        (["status", "--format", "json", "--without-device"], "json tells of all users"),
        (["status", "--users-file", "none"], "reading users (none): No such file or directory"),
        (["status", "--accounts", "none", *ROLE], "reading accounts (none)"),
        (["drift", *MANY], "comparing many accounts: --roster must contain {account}"),
        (["drift", *MANY, "--roster", "{account}", "--roots", "two"], "--roots belongs to one account"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], sentence: str, firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert firm.box.calls() == {}


def test_a_roster_that_cannot_be_read_fails_its_account_alone(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(f"{ACCOUNT}.yaml").write_text(f"users:\n  alice:\n    - {PHONE}\n")
    assert main(["status", "--accounts", "two", *ROLE, "--roster", "{account}.yaml", "--format", "json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["accounts"]
    assert {one["user_name"]: [device["declared"] for device in one["devices"]] for one in first["users"]} == {
        "dave": [],
        "alice": ["yes"],
        "bob": ["no"],
        "carol": ["no"],
        "erin": [],
    }
    assert second["error"].startswith(f"{MEMBER}.yaml: the file cannot be read")


def test_html_goes_to_a_file_and_says_the_same(
    firm: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["status", *MANY, "--format", "html"]) == 1
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert f"<td>{MEMBER}</td>" in page and "2 of 3 accounts were read." in page
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout.isatty", lambda: True)
        firm.box.reset_calls()
        assert main(["status", "--format", "html"]) == 1
    told = capsys.readouterr()
    assert (told.out, firm.box.calls()) == ("", {})
    assert "this is a terminal; send it to a file: --format html > mfa.html" in told.err


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("alice", 0, "she is in one of them, and holds a device"),
        ("dave", 3, "he is in one of them, and holds none"),
        ("nobody", 1, "a typing error is no answer"),
    ],
)
def test_a_user_need_not_be_in_every_account(name: str, code: int, reason: str, firm: Company) -> None:
    assert main(["status", name, "--accounts", "two", *ROLE]) == code, reason
