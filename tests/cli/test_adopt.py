"""``mfa-association adopt`` as it is typed: files, words, exit codes, and nothing but reads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.roster import MODELINE
from tests.support.company import ACCOUNT, ADMIN, KEY, MEMBER, PHONE, ROOT_PHONE, TOKEN, Company

ADOPTED = (
    f"{MODELINE}# Who may hold which MFA device. Deleting a line deactivates the device.\n"
    f"users:\n  alice:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n  carol:\n    - {KEY}\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_whole_account_is_adopted_by_reads_alone(
    firm: Company, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adopt"]) == 0
    assert Path("roster.yaml").read_text() == ADOPTED
    assert capsys.readouterr().out == "roster.yaml: 3 devices added, 3 declared\n"
    assert firm.only_reads()
    assert os.listdir(folder) == ["roster.yaml"]


def test_once_more_changes_nothing(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["adopt"])
    before = os.stat("roster.yaml")
    assert main(["adopt"]) == 0
    assert os.stat("roster.yaml").st_mtime_ns == before.st_mtime_ns
    assert "0 devices added, 3 declared" in capsys.readouterr().out


def test_the_templates_roster_is_filled(firm: Company) -> None:
    template = (Path(__file__).parents[2] / "template" / "roster.yaml").read_text()
    Path("roster.yaml").write_text(template)
    assert main(["adopt"]) == 0
    assert Path("roster.yaml").read_text() == template + ADOPTED[ADOPTED.index("users:") :]


def test_an_existing_roster_waits_for_approval(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    ours = f"# ours\nusers:\n  alice:  # on call\n    - {PHONE}\n"
    Path("roster.yaml").write_text(ours)
    os.chmod("roster.yaml", 0o640)
    assert main(["adopt"]) == 3
    assert Path("roster.yaml").read_text() == ours
    told = capsys.readouterr().out
    assert "not declared, for your approval:" in told
    assert f"bob     {TOKEN}" in told
    assert main(["adopt", "--approve", TOKEN]) == 3
    assert Path("roster.yaml").read_text() == f"{ours}  bob:\n    - {TOKEN}\n"
    assert main(["adopt", "--approve", "all"]) == 0
    assert Path("roster.yaml").read_text() == f"{ours}  bob:\n    - {TOKEN}\n  carol:\n    - {KEY}\n"
    assert os.stat("roster.yaml").st_mode & 0o777 == 0o640


def test_only_the_users_that_are_named(firm: Company) -> None:
    assert main(["adopt", "bob"]) == 0
    assert Path("roster.yaml").read_text().splitlines()[2:] == ["users:", "  bob:", f"    - {TOKEN}"]
    assert firm.box.calls() == {"GetCallerIdentity": 1, "GetUser": 1, "ListMFADevices": 1}


def test_the_import_file_holds_what_is_held(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "--import-file", "new/import.json"]) == 0
    told = "new/import.json: 3 devices, for `pulumi import --file new/import.json`\n"
    assert capsys.readouterr().out.endswith(told)
    resources = json.loads(Path("new/import.json").read_text())["resources"]
    assert [(one["name"], one["id"]) for one in resources] == [
        ("mfa/alice-phone", PHONE),
        (TOKEN, TOKEN),
        ("u2f/user/carol/yubikey-EXAMPLE", KEY),
    ]
    for one in resources:
        assert one["inputs"]["__provider"] == one["outputs"]["__provider"]
        assert one["outputs"]["active"] is True


def test_root_users_of_members_go_under_roots(firm: Company) -> None:
    Path("members").write_text(f"{MEMBER}  # the shop\n")
    assert main(["adopt", "--roots", "members"]) == 0
    assert (
        Path("roster.yaml").read_text().endswith(f'roots:\n  "{MEMBER}":\n    - arn:aws:iam::{MEMBER}:mfa/root-phone\n')
    )


def test_a_root_user_that_cannot_be_read_is_left_out(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("members").write_text(f"{ACCOUNT} {MEMBER}")
    assert main(["adopt", "--roots", "members"]) == 0
    told = capsys.readouterr().out
    assert f"left out: opening a root session in account ({ACCOUNT}): no root session is allowed there" in told
    assert ROOT_PHONE in Path("roster.yaml").read_text()


def test_many_accounts_have_a_roster_each(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("accounts").write_text(f"{ACCOUNT}\n{MEMBER}\n")
    template = ["--accounts", "accounts", "--role-arn", "arn:aws:iam::{account}:role/auditor"]
    assert main(["adopt", *template, "--roster", "rosters/{account}.yaml", "--import-file", "{account}.json"]) == 0
    assert Path(f"rosters/{ACCOUNT}.yaml").read_text() == ADOPTED
    assert "mallory" in Path(f"rosters/{MEMBER}.yaml").read_text()
    assert len(json.loads(Path(f"{MEMBER}.json").read_text())["resources"]) == 1
    assert capsys.readouterr().out.index(ACCOUNT) < 10
    assert firm.only_reads()


def test_one_account_that_fails_does_not_keep_the_others(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("accounts").write_text(f"{MEMBER} {ACCOUNT}")
    Path(f"{MEMBER}.yaml").write_text("users: [")
    template = ["--accounts", "accounts", "--role-arn", "arn:aws:iam::{account}:role/auditor"]
    assert main(["adopt", *template, "--roster", "{account}.yaml"]) == 1
    told = capsys.readouterr()
    assert f"{ACCOUNT}.yaml: 3 devices added" in told.out
    assert told.err.startswith(f"mfa-association: account {MEMBER}: {MEMBER}.yaml:")
    assert Path(f"{MEMBER}.yaml").read_text() == "users: ["


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--accounts", "accounts"], "--roster must contain {account}"),
        (["--accounts", "accounts", "--roster", "{account}"], "--role-arn must contain {account}"),
        (["--accounts", "missing", "--roster", "{account}"], "reading accounts (missing): No such file or directory"),
        (["--roots", "words"], "account 'word': must be 12 characters long, not 4"),
        (["--role-arn", "root"], "--role-arn 'root': must be"),
        (["--import-file", "."], "Is a directory"),
        (["al ice"], "user_name 'al ice': must hold only"),
    ],
)
def test_bad_input_is_one_sentence_and_no_file(
    firm: Company, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    Path("accounts").write_text(ACCOUNT)
    Path("words").write_text("word")
    assert main(["adopt", *arguments]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert sorted(os.listdir()) == ["accounts", "words"]


@pytest.mark.parametrize("denied", ["ListUsers", "ListVirtualMFADevices", "ListMFADevices"])
def test_half_an_account_is_not_adopted(
    firm: Company, folder: Path, capsys: pytest.CaptureFixture[str], denied: str
) -> None:
    firm.deny(denied)
    assert main(["adopt", "--import-file", "import.json"]) == 1
    assert "a part of the account could not be read, nothing was written" in capsys.readouterr().err
    assert os.listdir(folder) == []


def test_another_accounts_credentials_are_refused(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("roster.yaml").write_text(f"users:\n  alice:\n    - {PHONE}\n")
    firm.box.add({"keys": {ADMIN: {"account": MEMBER, "role": "auditor"}}})
    assert main(["adopt", "--approve", "all"]) == 1
    assert (
        f"declares devices of account {ACCOUNT}, but the credentials are of account {MEMBER}" in capsys.readouterr().err
    )
    assert Path("roster.yaml").read_text() == f"users:\n  alice:\n    - {PHONE}\n"
