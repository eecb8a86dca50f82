"""What an adapter calls: whatever fails, the ledger knows what was declared."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.engine import changes, props
from mfa_association.engine.inputs import UNKNOWN
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext, Association, Ledger, Pair
from mfa_association.validation import parse_serial_number

PHONE, TOKEN = "arn:aws:iam::111122223333:mfa/alice-phone", "GAHT12345678"
KEY = "arn:aws:iam::111122223333:u2f/user/alice/key-A"
ROLE = "arn:aws:iam::222233334444:role/ci"
NEWS = {"user_name": "alice", "serial_number": PHONE}
OLDS = NEWS | {"account_id": "111122223333", "active": True}


class NoRun(MfaError):
    """The configuration cannot be used."""


def no_run(_: dict[str, Any]) -> AccountContext:
    raise NoRun("no such profile")


@pytest.mark.parametrize(
    "reason, bag, pair",
    [
        ("the device's account", NEWS, Pair(parse_serial_number(PHONE), "alice", "111122223333")),
        (
            "the device's account, whatever the role",
            NEWS | {"role_arn": ROLE},
            Pair(parse_serial_number(PHONE), "alice", "111122223333"),
        ),
        ("a token", NEWS | {"serial_number": TOKEN}, Pair(parse_serial_number(TOKEN), "alice")),
        (
            "a token of a role",
            NEWS | {"serial_number": TOKEN, "role_arn": ROLE},
            Pair(parse_serial_number(TOKEN), "alice", "222233334444"),
        ),
        (
            "root's token",
            {"root_account_id": "333344445555", "serial_number": TOKEN, "role_arn": ROLE},
            Pair(parse_serial_number(TOKEN), "the root user", "333344445555"),
        ),
        ("an unknown serial number", NEWS | {"serial_number": UNKNOWN}, None),
        ("an unknown user", NEWS | {"user_name": UNKNOWN}, None),
        ("no user", {"serial_number": PHONE}, None),
        ("a serial number that is none", NEWS | {"serial_number": "x"}, None),
    ],
)
def test_the_pair_that_inputs_name(reason: str, bag: dict[str, Any], pair: Pair | None) -> None:
    assert props.pair(bag) == pair, reason


def test_a_check_declares_and_says_what_failed() -> None:
    ledger = Ledger()
    changes.declare(ledger, NEWS)
    assert ledger.declared(Pair(parse_serial_number(PHONE), "alice", "111122223333")).stage == "checked"
    changes.declare(ledger, NEWS, "renew: is missing")
    entry = ledger.declared(Pair(parse_serial_number(PHONE), "alice", "111122223333"))
    assert (entry.stage, str(entry.reason)) == ("failed", "renew: is missing")
    changes.declare(ledger, {"serial_number": UNKNOWN, "user_name": "alice"})


@pytest.mark.parametrize("verb", ["create", "move", "renew", "new role", "no seed"])
def test_what_fails_before_aws_is_asked_is_noted(verb: str) -> None:
    ledger = Ledger()
    news = NEWS | {"move": {"user_name": "bob"}, "renew": {"renew": "1"}, "new role": {"role_arn": ROLE}}.get(verb, {})
    with pytest.raises(MfaError) as caught:
        if verb == "create":
            changes.create(no_run, ledger, news)
        elif verb == "no seed":
            changes.create(no_run, ledger, news | {"seed": "?"})
        else:
            changes.update(no_run, ledger, OLDS, news)
    entry = ledger.declared(Pair(parse_serial_number(PHONE), news["user_name"], "111122223333"))
    assert (entry.stage, str(entry.reason)) == ("failed", str(caught.value))


def test_a_settings_change_asks_nobody() -> None:
    outputs = changes.update(no_run, Ledger(), OLDS, NEWS | {"on_last_device": "refuse"})
    assert outputs["on_last_device"] == "refuse"


@pytest.mark.parametrize("serial, kind", [(PHONE, "virtual"), (TOKEN, "hardware"), (KEY, "fido")])
def test_the_state_has_the_serial_number_and_the_kind_as_text(serial: str, kind: str) -> None:
    found = Association("alice", parse_serial_number(serial), True, "111122223333")
    outputs = props.outputs({}, found)
    assert (outputs["serial_number"], outputs["device_kind"]) == (serial, kind)
    assert props.association(outputs) == found
