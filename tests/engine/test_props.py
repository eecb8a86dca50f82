"""Between an engine's bags and the lifecycle's records."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.engine import props
from mfa_association.lifecycle import Association
from mfa_association.validation import parse_serial_number

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEWS = {"user_name": "alice", "serial_number": PHONE}


@pytest.mark.parametrize(
    "given, told",
    [
        ({}, {"user_name": "alice", "serial_number": PHONE, "account_id": "111122223333"}),
        ({"authentication_code_1": "271828", "authentication_code_2": "314159"}, {"codes": ("271828", "314159")}),
        ({"seed": SEED}, {"seed": SEED}),
        ({"seed_source": "env:SEED"}, {"seed_source": "env:SEED"}),
        ({"require_active": True}, {"require_active": True}),
        ({"renew": "2"}, {"renew": "2"}),
    ],
)
def test_what_is_declared_reaches_the_lifecycle(given: dict[str, Any], told: dict[str, Any]) -> None:
    usual: dict[str, Any] = dict.fromkeys(("codes", "seed", "seed_source", "renew")) | {"require_active": False}
    made = props.declaration(NEWS | given)
    plain = {
        "serial_number": made.serial_number.text,
        "seed": made.seed and made.seed.base32,
        "seed_source": made.seed_source and str(made.seed_source),
    }
    said = {**vars(made), **plain}
    assert {name: said[name] for name in (*usual, *told)} == usual | told


def test_what_is_declared_is_kept_and_the_rest_is_as_iam_says() -> None:
    declared = NEWS | {
        "renew": "2",
        "require_active": True,
        "role_arn": "arn:aws:iam::111122223333:role/x",
        "seed": SEED,
    }
    found = Association("alice", parse_serial_number(PHONE), True, "111122223333", renew="1")
    assert props.outputs(declared, found) == {
        "user_name": "alice",
        "serial_number": PHONE,
        "active": True,
        "device_kind": "virtual",
        "account_id": "111122223333",
        "renew": "2",
        "require_active": True,
        "role_arn": "arn:aws:iam::111122223333:role/x",
    }
