"""Import: by device and holder, or by the device alone where IAM can tell."""

from __future__ import annotations

import pytest

from mfa_association.terraform.association import SCHEMA
from mfa_association.terraform.values import decode, encode
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.calls import NAME, Caller, State

TOKEN = "GAHT12345678"


def _imported(stage: Stage, id_: str) -> State:
    answer = Caller.configured(stage).adopt(id_)
    assert not answer.told, answer.told
    [one] = answer.message.imported_resources
    identity = decode(one.identity.identity_data.msgpack)
    state: State = decode(one.state.msgpack)
    assert identity == {"account_id": stage.account, "serial_number": state["serial_number"]}
    assert Caller.configured(stage).read(state).state("new_state") == state, "the read that follows every import"
    return state


@pytest.mark.parametrize("id_", ["{arn}", "alice/{arn}", "Alice/{arn}"])
def test_a_virtual_device(stage: Stage, id_: str) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    state = _imported(stage, id_.format(arn=stage.arn()))
    found = {"id": stage.arn(), "serial_number": stage.arn(), "active": True, "device_kind": "virtual"}
    expected = found | {"enable_date": OLD, "account_id": stage.account, "user_id": stage.user_id()}
    expected["require_active"] = False
    assert state == SCHEMA.whole(expected | {"user_name": "Alice" if id_.startswith("A") else "alice"})


def test_a_hardware_token_with_its_user(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    assert _imported(stage, f"alice/{TOKEN}")["device_kind"] == "hardware"


def test_a_security_key_names_its_user(stage: Stage) -> None:
    stage.plant(users={"alice": user({"kind": "fido", "name": "key"})})
    [serial] = stage.holders()["alice"]
    assert _imported(stage, serial)["user_name"] == "alice"


def test_a_device_of_root(stage: Stage) -> None:
    member = f"9{stage.account[1:]}"
    stage.plant(users={})
    stage.box.add(
        {"organization": {"management": stage.account, "members": [member], "root_credentials_management": True}}
    )
    stage.box.add({"accounts": {member: {"root": user(virtual("root-phone"))}}})
    serial = f"arn:aws:iam::{member}:mfa/root-phone"
    answer = Caller.configured(stage).adopt(f"root:{member}/{serial}")
    state = decode(answer.message.imported_resources[0].state.msgpack)
    assert (state["root_account_id"], state["user_name"], state["active"]) == (member, None, True)
    assert Caller.configured(stage).read(state).state("new_state") == state


def test_by_its_identity(stage: Stage, caller: Caller) -> None:
    from mfa_association.terraform import protocol

    stage.plant(users={"alice": user(virtual())})
    identity = protocol.message("ResourceIdentityData")()
    identity.identity_data.msgpack = encode({"account_id": None, "serial_number": stage.arn()})
    answer = caller.call("ImportResourceState", type_name=NAME, identity=identity)
    assert decode(answer.message.imported_resources[0].state.msgpack)["user_name"] == "alice"


@pytest.mark.parametrize(
    "reason, id_, part",
    [
        ("held by another", "bob/{arn}", "bob does not hold it, alice does; nothing was changed"),
        ("no such user", "carol/{arn}", "there is no user carol"),
        ("no such device", "{arn}-2", "there is no such device"),
        ("held by nobody", "{arn}-free", "nobody holds it"),
        ("held by root", "{arn}-root", "the root user holds it"),
        (
            "a token alone",
            TOKEN,
            "IAM shows the holders of virtual devices only; nothing was changed, give the user too",
        ),
        ("a token of nobody", f"alice/{TOKEN}", "alice does not hold it"),
        ("another account", "arn:aws:iam::999988887777:mfa/x", "it belongs to AWS account 999988887777"),
        ("no serial number", "x", "must be 9 to 256 characters"),
        ("no user name", "a b/{arn}", "must hold only ASCII letters"),
        ("no account", "root:1/{arn}", "must be 12 characters"),
        ("a role", "arn:aws:iam::111122223333:role/x", "must be an MFA device"),
    ],
)
def test_what_cannot_be_imported(stage: Stage, caller: Caller, reason: str, id_: str, part: str) -> None:
    free, root = virtual("alice-phone-free"), {"devices": [virtual("alice-phone-root")]}
    stage.plant(users={"alice": user(virtual()), "bob": user()}, devices=[free], root=root)
    answer = caller.adopt(id_.format(arn=stage.arn()))
    assert not answer.message.imported_resources
    assert len(answer.errors) == 1 and part in answer.errors[0], reason


def test_a_denied_walk_says_so(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    stage.deny("ListVirtualMFADevices")
    assert "not allowed" in caller.adopt(stage.arn()).errors[0]
    assert "bob does not hold it;" in caller.adopt(f"bob/{stage.arn()}").errors[0]
    assert _imported(stage, f"alice/{stage.arn()}")["active"] is True


# Upgrade


def _upgrade(raw: bytes, version: int = 0) -> tuple[State | None, list[str]]:
    from mfa_association.terraform import protocol

    state = protocol.message("RawState")(json=raw)
    answer = Caller().call("UpgradeResourceState", type_name=NAME, version=version, raw_state=state)
    return (None if answer.errors else answer.state("upgraded_state")), answer.errors


def test_a_state_of_another_version_is_made_whole() -> None:
    state, _ = _upgrade(b'{"serial_number": "GAHT12345678", "active": true, "what_was_once_there": 1}')
    assert state == SCHEMA.whole({"serial_number": "GAHT12345678", "active": True})


@pytest.mark.parametrize(
    "reason, raw, version, part",
    [
        ("a newer version", b"{}", 1, "it was written by a newer version of the provider"),
        ("no JSON", b"{", 0, "it is not JSON"),
        ("nothing", b"", 0, "it is not JSON"),
        ("no object", b"[]", 0, "it is not a JSON object"),
    ],
)
def test_a_state_that_cannot_be_read(reason: str, raw: bytes, version: int, part: str) -> None:
    _, [error] = _upgrade(raw, version)
    assert error.startswith("Reading the saved state of an MFA device association: ") and part in error, reason
