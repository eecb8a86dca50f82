"""The data sources and the function."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association import fields, roster
from mfa_association.roster import RosterError
from mfa_association.terraform import data_sources
from mfa_association.terraform.values import decode
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.calls import Answer, Caller, whole

TOKEN = "GAHT12345678"


def _read(caller: Caller, name: str, **config: Any) -> Answer:
    return caller.call("ReadDataSource", type_name=name, config=whole(data_sources.SCHEMAS[name], config))


def test_the_devices_of_a_user(stage: Stage, caller: Caller) -> None:
    stage.plant(
        users={"alice": user(virtual(enable_date=OLD), hardware(TOKEN, enable_date=OLD)), "bob": user(virtual("b"))}
    )
    devices = [
        {"serial_number": stage.arn(), "device_kind": "virtual", "enable_date": OLD},
        {"serial_number": TOKEN, "device_kind": "hardware", "enable_date": OLD},
    ]
    state = _read(caller, "mfa_devices", user_name="alice").state("state")
    given = {"id": "alice", "user_name": "alice", "role_arn": None, "account_id": stage.account}
    assert state == given | {"devices": devices}


def test_a_user_without_devices_has_none_and_no_user_is_an_error(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user()})
    assert _read(caller, "mfa_devices", user_name="alice").state("state")["devices"] == []
    [error] = _read(caller, "mfa_devices", user_name="bob").errors
    assert error.startswith("Reading the MFA devices of user (bob): the user does not exist; check the name")


def test_who_holds_which_device(stage: Stage, caller: Caller) -> None:
    world = {"alice": user(virtual(enable_date=OLD), hardware(TOKEN, enable_date=OLD)), "bob": user()}
    stage.plant(users=world, devices=[virtual("spare")], root={"devices": [virtual("root-phone", enable_date=OLD)]})
    answer = _read(caller, "mfa_device_holders")
    state = answer.state("state")
    assert [(one["user_name"], one["root_account_id"], len(one["devices"])) for one in state["holders"]] == [
        ("alice", None, 2),
        (None, stage.account, 1),
    ]
    assert state["holders"][0]["user_id"] == stage.user_id()
    assert [one["device_kind"] for one in state["holders"][0]["devices"]] == ["virtual", "hardware"]
    assert state["unassigned"] == [stage.arn("spare")] and state["account_id"] == stage.account
    assert not answer.told


def test_what_may_not_be_read_is_left_out_with_a_warning(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    stage.deny("ListVirtualMFADevices")
    answer = _read(caller, "mfa_device_holders")
    assert answer.state("state")["unassigned"] is None
    assert len(answer.warnings) == 1 and answer.warnings[0].startswith("Reading the virtual MFA devices of the account")


@pytest.mark.long
def test_a_thousand_holders_cost_pages_and_no_call_a_user(stage: Stage, caller: Caller) -> None:
    stage.plant(users={f"user{number:04}": user(virtual(f"phone{number:04}")) for number in range(1001)})
    assert len(_read(caller, "mfa_device_holders").state("state")["holders"]) == 1001
    calls = stage.calls()
    assert (calls["ListVirtualMFADevices"], calls["ListUsers"], calls.get("ListMFADevices", 0)) == (2, 2, 0)


# The function

ROSTER = """\
defaults: {on_last_device: refuse}
users:
  alice:
    - arn:aws:iam::111122223333:mfa/alice-phone
    - serial_number: GAHT12345678
      renew: "2026"
      require_active: true
roots:
  "111122223333":
    - arn:aws:iam::111122223333:mfa/root-phone
"""
FAULTY = "users:\n  alice:\n    - sms-mfa\n  Alice:\n    - GAHT12345678\n"


def _call(text: str) -> Answer:
    from mfa_association.terraform import protocol
    from mfa_association.terraform.values import encode

    caller = Caller()
    kind = protocol.method("CallFunction")
    request = kind.request(name="roster")
    request.arguments.add().msgpack = encode(text)
    answered = caller.server.call("CallFunction", request.SerializeToString())
    assert isinstance(answered, bytes)
    return Answer(kind.response.FromString(answered), [])


def test_a_roster_is_an_object_by_device() -> None:
    found = decode(_call(ROSTER).message.result.msgpack)
    nothing = dict.fromkeys(fields.ROSTER) | {"on_last_device": "refuse", "require_active": False}
    assert found == {
        "mfa/alice-phone": nothing
        | {"user_name": "alice", "serial_number": "arn:aws:iam::111122223333:mfa/alice-phone"},
        "GAHT12345678": nothing
        | {"user_name": "alice", "serial_number": "GAHT12345678", "renew": "2026", "require_active": True},
        "mfa/root-phone": nothing
        | {"root_account_id": "111122223333", "serial_number": "arn:aws:iam::111122223333:mfa/root-phone"},
    }


@pytest.mark.parametrize("text", [FAULTY, "", "users: {}", "a: [b"])
def test_a_rosters_faults_are_those_of_the_roster(text: str) -> None:
    with pytest.raises(RosterError) as caught:
        roster.parse(text)
    error = _call(text).message.error
    assert (error.text, error.function_argument) == (str(caught.value), 0)


def test_the_type_that_the_function_promises_is_what_it_returns() -> None:
    promised = json.loads(getattr(Caller().call("GetFunctions").message.functions["roster"], "return").type)
    assert promised[0] == "map" and set(promised[1][1]) == set(fields.ROSTER)
    assert {name for name, kind in promised[1][1].items() if kind == "bool"} == {"require_active"}
