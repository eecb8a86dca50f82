"""A roster to resources, under Pulumi's mocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pulumi
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from mfa_association.pulumi import declare
from mfa_association.pulumi.declare import CODES_VARIABLE
from mfa_association.pulumi.provider import Provider
from tests.pulumi.engine import SECRET, declared_by
from tests.test_fields import whole_line

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
KEY = "arn:aws:iam::111122223333:u2f/user/alice/yubikey-ABC"
ROSTER = f"""\
defaults: {{on_last_device: refuse}}
users:
  alice:
    - {PHONE}
    - serial_number: {KEY}
      on_last_device: allow
      require_active: true
  0123:
    - GAHT12345678
"""


@pytest.fixture
def roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(CODES_VARIABLE, raising=False)
    path = tmp_path / "roster.yaml"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def _declared(path: Path) -> dict[str, dict[str, Any]]:
    """Names to inputs, less the provider, which every resource must carry."""
    found = {one.name: dict(one.inputs) for one in declared_by(lambda: declare(path))}
    assert all(inputs.pop("__provider") == serialize_provider(Provider()) for inputs in found.values())
    return found


LINES: dict[str, dict[str, Any]] = {
    "mfa/alice-phone": {"user_name": "alice", "serial_number": PHONE, "on_last_device": "refuse"},
    "u2f/user/alice/yubikey-ABC": {
        "user_name": "alice",
        "serial_number": KEY,
        "on_last_device": "allow",
        "require_active": True,
    },
    "GAHT12345678": {"user_name": "0123", "serial_number": "GAHT12345678", "on_last_device": "refuse"},
}


def test_every_line_is_one_resource_named_after_its_device(roster: Path) -> None:
    assert _declared(roster) == LINES


def test_every_setting_of_a_line_is_an_input(roster: Path) -> None:
    roster.write_text(
        f"""\
users:
  alice:
    - serial_number: {PHONE}
      seed_source: env:ALICE_SEED
      renew: "2"
      on_destroy: delete-virtual-device
roots:
  "111122223333":
    - arn:aws:iam::111122223333:mfa/root-phone
""",
        encoding="utf-8",
    )
    assert _declared(roster) == {
        "mfa/alice-phone": {
            "user_name": "alice",
            "serial_number": PHONE,
            "seed_source": "env:ALICE_SEED",
            "renew": "2",
            "on_destroy": "delete-virtual-device",
        },
        "mfa/root-phone": {
            "root_account_id": "111122223333",
            "serial_number": "arn:aws:iam::111122223333:mfa/root-phone",
        },
    }


def test_the_resources_are_returned_in_the_files_order(roster: Path) -> None:
    made: list[Any] = []
    declared_by(lambda: made.extend(declare(str(roster))))
    assert [type(one).__name__ for one in made] == ["MfaDeviceAssociation"] * 3


def test_options_reach_every_resource(roster: Path) -> None:
    made: list[pulumi.Resource] = []
    declared_by(lambda: made.extend(declare(roster, pulumi.ResourceOptions(protect=True))))
    assert [one._protect for one in made] == [True] * 3


def test_codes_of_one_run_are_secret_inputs_of_their_devices(roster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CODES_VARIABLE, "mfa/alice-phone=271828,314159  GAHT12345678=161803,141421")
    expected = {name: dict(inputs) for name, inputs in LINES.items()}
    expected["mfa/alice-phone"] |= _secret("271828", "314159")
    expected["GAHT12345678"] |= _secret("161803", "141421")
    assert _declared(roster) == expected


def _secret(*codes: str) -> dict[str, Any]:
    names = ("authentication_code_1", "authentication_code_2")
    return {
        name: {"4dabf18193072939515e22adb298388d": SECRET, "value": code}
        for name, code in zip(names, codes, strict=True)
    }


FORM = "must read DEVICE=CODE,CODE, such as mfa/alice-phone=123456,654321"


class Codes(NamedTuple):
    reason: str
    given: str
    sentence: str


CODES = (
    Codes("no pair", "mfa/alice-phone=271828", f"{CODES_VARIABLE}: {FORM}"),
    Codes("no device", "271828,314159", f"{CODES_VARIABLE}: {FORM}"),
    Codes("letters", "mfa/alice-phone=271828,SECRET", "authentication_code_2: must be six digits, as text"),
    Codes("an empty first", "mfa/alice-phone=,314159", "authentication_code_1: must be six digits, as text"),
    Codes(
        "the same twice",
        "mfa/alice-phone=271828,271828",
        "authentication_code_2: must differ from authentication_code_1: give two consecutive codes",
    ),
)


@pytest.mark.parametrize("case", CODES, ids=lambda case: case.reason)
def test_a_fault_of_the_codes_never_shows_one(roster: Path, monkeypatch: pytest.MonkeyPatch, case: Codes) -> None:
    monkeypatch.setenv(CODES_VARIABLE, case.given)
    assert _refusal(roster) == case.sentence


def test_codes_reach_each_of_two_rosters_and_a_misspelt_name_is_warned_of(
    roster: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    second = roster.with_name("second.yaml")
    second.write_text("users: {bob: [arn:aws:iam::111122223333:mfa/bob-phone]}\n", encoding="utf-8")
    monkeypatch.setenv(CODES_VARIABLE, "mfa/alice-phone=271828,314159 mfa/bob-phone=161803,141421")
    made = declared_by(lambda: (declare(roster), declare(second)))
    assert {one.name for one in made if "authentication_code_1" in one.inputs} == {"mfa/alice-phone", "mfa/bob-phone"}
    advice = "correct the name, unless another roster of this program declares it"
    assert said == [
        f"{CODES_VARIABLE} names mfa/bob-phone, which {roster} does not declare: {advice}",
        f"{CODES_VARIABLE} names mfa/alice-phone, which {second} does not declare: {advice}",
    ]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program warns of."""
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", messages.append)
    return messages


def _refusal(path: Path) -> str:
    """The sentence that Pulumi shows, and no resource beside it."""
    with pytest.raises(pulumi.RunError) as caught:
        declare(path)
    assert caught.value.__suppress_context__
    return str(caught.value)


def test_the_faults_of_the_roster_name_file_and_line(roster: Path) -> None:
    roster.write_text("users:\n  alice:\n    - short\n  a/b:\n    - GAHT12345678\n", encoding="utf-8")
    first, second = _refusal(roster).splitlines()
    assert first.startswith(f"{roster}:3: users.alice[0].serial_number 'short': ")
    assert second.startswith(f"{roster}:4: users 'a/b': ")


@pytest.mark.parametrize(
    "reason, text, fault",
    [
        (
            "empty",
            "users: {}\n",
            ":1: the roster is empty: fill it with `mfa-association adopt`, or set allow_empty: true to deactivate every declared device",
        ),
    ],
)
def test_a_roster_that_cannot_be_declared_is_refused(roster: Path, reason: str, text: str, fault: str) -> None:
    roster.write_text(text, encoding="utf-8")
    assert _refusal(roster) == f"{roster}{fault}", reason


def test_a_token_that_looks_like_a_virtual_devices_name_is_warned_of(roster: Path, said: list[str]) -> None:
    roster.write_text("users:\n  alice:\n    - alice-phone\n", encoding="utf-8")
    assert list(_declared(roster)) == ["alice-phone"]
    (warning,) = said
    assert warning.startswith(f"{roster}:3: 'alice-phone' is taken for the serial number of a hardware token, ")


def test_a_roster_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert _refusal(path) == f"{path}: the file cannot be read: No such file or directory"


def test_an_empty_roster_that_says_so_declares_nothing(roster: Path) -> None:
    roster.write_text("allow_empty: true\n", encoding="utf-8")
    assert _declared(roster) == {}


def test_all_that_a_roster_can_say_is_an_input(roster: Path) -> None:
    line, said = whole_line()
    device = {name: value for name, value in said.items() if name != "user_name"}
    roster.write_text(json.dumps({"users": {"alice": [device]}}), encoding="utf-8")
    assert _declared(roster) == {line.serial.name: said}
