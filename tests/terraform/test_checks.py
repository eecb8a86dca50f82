"""Validation: offline, at the attribute, without a secret's value."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.terraform import block, data_sources
from mfa_association.terraform.server import Server
from tests.terraform.calls import Caller, whole

SERIAL = "arn:aws:iam::111122223333:mfa/alice-phone"
FIDO = "arn:aws:iam::111122223333:u2f/user/alice/key-A"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
GOOD: dict[str, Any] = {"user_name": "alice", "serial_number": SERIAL}
CODES: dict[str, Any] = {"authentication_code_1_wo": "271828", "authentication_code_2_wo": "314159"}


class Case(NamedTuple):
    reason: str
    config: dict[str, Any]
    told: list[tuple[str, str]]


CASES = [
    Case("plain", GOOD, []),
    Case("codes", GOOD | CODES, []),
    Case("everything is unknown", dict.fromkeys(GOOD, UNKNOWN), []),
    Case("unknown codes", GOOD | dict.fromkeys(CODES, UNKNOWN), []),
    Case("no holder", {"serial_number": SERIAL}, [("user_name", "must be given unless root_account_id is, and never with it")]),
    Case("a user name that is an ARN", GOOD | {"user_name": "arn:aws:iam::1:user/alice"},
         [("user_name", "must hold only ASCII letters")]),
    Case("a role instead of a device", GOOD | {"serial_number": "arn:aws:iam::111122223333:role/x"},
         [("serial_number", "must be an MFA device")]),
    Case("two faults at once", {"user_name": "a b", "serial_number": "short"},
         [("user_name", "must hold only"), ("serial_number", "must be 9 to 256")]),
    Case("an odd choice", GOOD | {"on_last_device": "never"}, [("on_last_device", "must be one of refuse, warn, allow")]),
    Case("one code", GOOD | {"authentication_code_1_wo": "271828"},
         [("", "authentication_code_2_wo is missing: give two consecutive codes")]),
    Case("equal codes", GOOD | dict.fromkeys(CODES, "271828"), [("", "must differ from authentication_code_1_wo")]),
    Case("a code that is none", GOOD | CODES | {"authentication_code_2_wo": "27182"},
         [("", "authentication_code_2_wo must be six digits")]),
    Case("codes and a seed", GOOD | CODES | {"seed_wo": SEED},
         [("", "seed_wo cannot be given together with authentication_code_1_wo")]),
    Case("a seed and its source", GOOD | {"seed_wo": SEED, "seed_source": "env:SEED"},
         [("", "seed_source cannot be given together with seed_wo")]),
    Case("codes for a security key", GOOD | CODES | {"serial_number": FIDO},
         [("", "authentication_code_1_wo cannot be used: a FIDO key")]),
    Case("a virtual device that is none", GOOD | {"serial_number": "GAHT12345678", "on_destroy": "delete-virtual-device"},
         [("on_destroy", "is for virtual devices only")]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_a_fault_is_told_at_its_attribute(case: Case) -> None:
    told = Caller().validate(case.config).told
    assert [(severity, path) for severity, _, path in told] == [("error", path) for path, _ in case.told]
    for (_, text, _), (_, part) in zip(told, case.told, strict=True):
        assert part in text and text.startswith("Checking the arguments: ")
        assert not any(secret in text for secret in ("271828", "314159", "27182", SEED))


@pytest.mark.parametrize("name", ["authentication_code_1_wo", "authentication_code_2_wo", "seed_wo"])
def test_an_engine_without_write_only_arguments_refuses_them_alone(name: str) -> None:
    given = CODES if name.startswith("auth") else {"seed_wo": SEED}
    told = Caller().validate(GOOD | given, write_only=False).told
    assert {path for _, _, path in told} == set(given) and name in given
    assert all("needs Terraform or OpenTofu 1.11 or newer" in text for _, text, _ in told)
    assert not Caller().validate(GOOD, write_only=False).told


def _provider(**arguments: Any) -> list[tuple[str, str, str]]:
    return Caller().call("ValidateProviderConfig", config=whole(block.SCHEMA, arguments)).told


ROLE = dict.fromkeys(
    ("role_arn", "session_name", "external_id", "duration", "policy", "policy_arns", "source_identity", "tags",
     "transitive_tag_keys")
)  # fmt: skip


@pytest.mark.parametrize(
    "reason, arguments, path, part",
    [
        ("an account that is none", {"allowed_account_ids": ["1"]}, "allowed_account_ids", "must be 12 characters"),
        ("an endpoint that is none", {"endpoints": [{"iam": "iam"}]}, "endpoints", "must be a URL"),
        ("a role that is none", {"assume_role": [ROLE | {"role_arn": "x" * 20}]}, "assume_role", "must be the ARN"),
        ("an odd duration", {"assume_role": [ROLE | {"role_arn": "arn:aws:iam::111122223333:role/r", "duration": "1d"}]},
         "assume_role", "must be like 1h, 30m or 900s"),
        ("half a removal", {"max_removals": 1.5}, "max_removals", "must be a whole number"),
        ("a negative number", {"max_retries": -1}, "max_retries", "must be a whole number"),
        ("an odd guard", {"on_last_device": "never"}, "on_last_device", "must be one of"),
    ],
)  # fmt: skip
def test_a_fault_of_the_provider_block(reason: str, arguments: dict[str, Any], path: str, part: str) -> None:
    [(severity, text, found)] = _provider(**arguments)
    assert (severity, found) == ("error", path) and part in text, reason
    assert "pulumi" not in text.lower() and "stack" not in text


@pytest.mark.parametrize(
    "reason, arguments",
    [
        ("nothing", {}),
        ("all unknown", dict.fromkeys(block.SCHEMA.names, UNKNOWN)),
        ("a block that holds something unknown", {"endpoints": [{"iam": UNKNOWN}]}),
        ("a whole number that came as a fraction", {"max_removals": 3.0, "retry_deadline": 60}),
        ("a role", {"assume_role": [ROLE | {"role_arn": "arn:aws:iam::111122223333:role/r", "duration": "1h",
                                            "tags": {"a": "b"}, "policy_arns": ["arn:aws:iam::aws:policy/X"]}]}),
    ],
)  # fmt: skip
def test_a_provider_block_without_faults(reason: str, arguments: dict[str, Any]) -> None:
    assert not _provider(**arguments), reason


def test_a_data_source_is_checked() -> None:
    config = whole(data_sources.SCHEMAS["mfa_devices"], {"user_name": "a b", "role_arn": "x" * 20})
    told = Caller().call("ValidateDataResourceConfig", type_name="mfa_devices", config=config).told
    assert [path for _, _, path in told] == ["user_name", "role_arn"]


def test_a_malformed_request_is_no_traceback() -> None:
    told = Caller(Server()).call("ReadResource", type_name="mfa_device_association").told
    assert len(told) == 1 and "which is a defect of mfa-association" in told[0][1]
