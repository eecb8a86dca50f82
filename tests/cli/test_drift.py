"""``mfa-association drift`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mfa_association.aws.session import open_session
from mfa_association.cli import main
from tests.support.company import MEMBER, PHONE, ROOT_PHONE, SINCE, SPARE, TOKEN, Company


@pytest.fixture(autouse=True)
def adopted(firm: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A roster that agrees with the account, less what is left over."""
    monkeypatch.chdir(tmp_path)
    main(["adopt"])
    firm.box.client().delete_virtual_mfa_device(SerialNumber=SPARE)
    firm.box.reset_calls()


def test_no_drift(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["drift"]) == 0
    assert capsys.readouterr().out == "no drift: AWS agrees with the 3 declared devices\n"
    assert firm.only_reads()


def test_a_device_that_nobody_holds_is_a_note(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.box.client().create_virtual_mfa_device(VirtualMFADeviceName="left-over")
    capsys.readouterr()
    assert main(["drift"]) == 0
    first, note = capsys.readouterr().out.splitlines()
    assert first == "no drift: AWS agrees with the 3 declared devices"
    assert note.startswith("note: nobody holds virtual device arn:") and note.endswith("mfa/left-over")
    assert main(["drift", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["notes"]) == 1


def test_an_sms_device_says_what_helps(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    """Case 14: `adopt --approve` agrees with `drift` that no roster can declare it."""
    sms = f"arn:aws:iam::{PHONE.split(':')[4]}:sms-mfa/alice"
    firm.box.add({"accounts": {PHONE.split(":")[4]: {"users": {"alice": {"devices": [
        {"kind": "hardware", "serial": sms}]}}}}})  # fmt: skip
    capsys.readouterr()
    assert main(["drift"]) == 3
    advice = f"mfa-association revoke alice {sms}"
    assert f"a roster cannot declare it; only this helps: {advice}" in capsys.readouterr().out
    assert main(["adopt", "--approve", sms]) == 1
    told = capsys.readouterr()
    assert f"device '{sms}' of alice cannot be declared in a roster; nothing was written" in told.err
    assert advice in told.err
    assert main(["revoke", "alice", sms, "--yes"]) == 0
    assert main(["drift"]) == 0


def test_a_device_that_is_active_and_in_no_roster_is_found(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("roster.yaml").read_text()
    Path("roster.yaml").write_text(text.replace(f"  bob:\n    - {TOKEN}\n", ""))
    capsys.readouterr()
    assert main(["drift"]) == 3
    account, header, line = capsys.readouterr().out.splitlines()
    assert account == f"account {PHONE.split(':')[4]}"
    assert header.split() == ["DRIFT", "DEVICE", "HELD", "BY", "DECLARED", "FOR", "SINCE", "WHAT"]
    assert line.split()[:5] == ["undeclared", TOKEN, "bob", "nobody", SINCE]


def test_a_device_that_is_not_active_any_more(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.deactivate("alice", PHONE)
    capsys.readouterr()
    assert main(["drift", "--json"]) == 3
    (finding,) = json.loads(capsys.readouterr().out)["drift"]
    assert (finding["kind"], finding["declared"], finding["since"]) == ("inactive", "alice", None)


def test_a_device_enabled_anew_shows_beside_a_moment(firm: Company) -> None:
    firm.deactivate("alice", PHONE)
    firm.enable("alice", PHONE)
    assert main(["drift"]) == 0
    assert main(["drift", "--since", "2025-02-01"]) == 3


def test_a_device_enabled_anew_shows_beside_the_import_file(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    main(["adopt", "--import-file", "import.json"])
    assert main(["drift", "--stack-export", "import.json"]) == 0
    firm.deactivate("alice", PHONE)
    firm.enable("alice", PHONE)
    capsys.readouterr()
    assert main(["drift", "--stack-export", "import.json"]) == 3
    assert f"the stack knows it as enabled {SINCE}" in capsys.readouterr().out


def test_declared_root_users_are_looked_at_too(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("roster.yaml").open("a") as roster:
        roster.write(f"roots:\n  '{MEMBER}': [{ROOT_PHONE}]\n")
    assert main(["drift"]) == 0
    assert firm.box.calls()["AssumeRoot"] == 1
    firm.box.add({"accounts": {MEMBER: {"scp_deny_root": ["iam:ListMFADevices"]}}})
    open_session.cache_clear()
    assert main(["drift"]) == 1
    assert f"reading the MFA devices of the root user of account ({MEMBER})" in capsys.readouterr().err


def test_what_could_not_be_read_is_no_agreement(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    firm.deny("ListMFADevices")
    capsys.readouterr()
    assert main(["drift"]) == 1
    told = capsys.readouterr()
    assert told.out == "no drift: of what could be read AWS agrees with the 3 declared devices\n"
    assert "reading the MFA devices of user (bob): the credentials in use are not allowed" in told.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--roster", "none.yaml"], "none.yaml: the file cannot be read"),
        (["--stack-export", "none.json"], "reading the stack export (none.json): the file cannot be read"),
        (["--profile", "nobody"], "nobody"),
    ],
)
def test_bad_input_is_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    capsys.readouterr()
    assert main(["drift", *arguments]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err


def test_another_accounts_roster_is_refused_before_the_walk(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    Path("roster.yaml").write_text(f"users:\n  m:\n    - arn:aws:iam::{MEMBER}:mfa/m\n")
    assert main(["drift"]) == 1
    assert f"it declares devices of account {MEMBER}" in capsys.readouterr().err
    assert "ListVirtualMFADevices" not in firm.box.calls()


def test_what_the_roster_requires_is_held(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("roster.yaml").read_text()
    assert "GetMFADevice" not in firm.box.calls(), "no roster that requires nothing pays for it"
    Path("roster.yaml").write_text(f"defaults: {{require_certification: FIDO}}\n{text}")
    capsys.readouterr()
    assert main(["drift"]) == 3
    told = capsys.readouterr().out
    assert [line.split()[:3] for line in told.splitlines()[2:]] == [
        ["uncertified", "mfa/alice-phone", "alice"],
        ["uncertified", TOKEN, "bob"],
    ]
    assert "the roster requires FIDO, and a virtual device is certified for nothing" in told
    assert firm.box.calls()["GetMFADevice"] == 1
    firm.deny("GetMFADevice")
    assert main(["drift"]) == 1
    assert "reading the certifications of MFA device" in capsys.readouterr().err
