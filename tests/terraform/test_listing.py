"""``terraform query``: what an account holds, and the import of what it lists."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.inventory import walk
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.terraform.values import decode, encode
from tests.support.protocol import answers
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.calls import NAME, Caller, _told

TOKEN = "GAHT12345678"


def _list(caller: Caller, limit: int = 100, **config: Any) -> tuple[list[Any], list[tuple[str, str, str]]]:
    """The events with an identity, and what was told before them."""
    events = answers(
        caller.server, "ListResource", type_name=NAME, config=config, limit=limit, include_resource_object=True
    )
    told = [_told(one) for event in events for one in event.diagnostic]
    assert not [event for event in events[1:] if event.diagnostic], "an engine reads no further than to its limit"
    return [event for event in events if event.HasField("identity")], told


def _import(caller: Caller, event: Any) -> Any:
    return caller.call("ImportResourceState", type_name=NAME, identity=event.identity)


def test_every_device_with_its_identity_and_the_state_that_an_import_brings(stage: Stage, caller: Caller) -> None:
    key = {"kind": "fido", "name": "key"}
    stage.plant(users={"alice": user(virtual(enable_date=OLD), key), "bob": user(hardware(TOKEN)), "carol": user()})
    events, told = _list(caller)
    assert [event.display_name.split("-EX")[0] for event in events][::2] == ["alice: mfa/alice-phone", f"bob: {TOKEN}"]
    assert len(events) == 3 and not told
    for event in events:
        [imported] = _import(Caller.configured(stage), event).message.imported_resources
        assert decode(imported.state.msgpack) == decode(event.resource_object.msgpack)
        assert imported.identity.identity_data.msgpack == event.identity.identity_data.msgpack
    assert not stage.writes()


def test_the_object_is_left_out_where_nobody_asks_for_it(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    [event] = answers(caller.server, "ListResource", type_name=NAME, config={}, limit=1)
    assert not event.HasField("resource_object")
    assert decode(event.identity.identity_data.msgpack) == {"account_id": stage.account, "serial_number": stage.arn()}


def test_one_user_alone_is_asked_alone(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(hardware(TOKEN))})
    events, told = _list(caller, user_name="bob")
    assert [event.display_name for event in events] == [f"bob: {TOKEN}"] and not told
    assert "ListUsers" not in stage.calls()


def test_who_asks_for_few_is_told_how_many_there_are(stage: Stage, caller: Caller) -> None:
    stage.plant(users={f"user-{number}": user(virtual(f"phone-{number}")) for number in range(3)})
    events, [(severity, text, _)] = _list(caller, limit=2)
    assert (len(events), severity) == (2, "warning")
    assert text == (
        "Listing the MFA devices of the account: 3 are held, the first 2 are listed; a larger limit lists more"
    )
    assert len(_list(caller, limit=3)[0]) == 3 and not _list(caller, limit=3)[1]


def test_the_root_user_is_left_out_with_a_warning(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())}, root={"devices": [virtual("root-phone")]})
    events, [(severity, text, _)] = _list(caller)
    assert [event.display_name for event in events] == ["alice: mfa/alice-phone"]
    assert severity == "warning" and f"import them as root:{stage.account}/SERIAL" in text


def test_what_cannot_be_declared_is_left_out_with_a_warning(
    stage: Stage, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = ListedHolder("alice", (HeldDevice("sms-mfa", OLD), HeldDevice(stage.arn(), OLD)))
    monkeypatch.setattr(walk, "take", lambda *_: Snapshot(stage.account, OLD, (alice,)))
    events, [(severity, text, _)] = _list(caller)
    assert [event.display_name for event in events] == ["alice: mfa/alice-phone"]
    assert severity == "warning" and "sms-mfa of alice is left out: it cannot be declared" in text


def test_what_may_not_be_read_is_warned_of(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    stage.deny("ListVirtualMFADevices")
    events, [(severity, text, _)] = _list(caller)
    assert (len(events), severity) == (1, "warning")
    assert text.startswith("Reading the virtual MFA devices of the account")


@pytest.mark.parametrize(
    ("reason", "config", "error", "part"),
    [
        ("no such user", {"user_name": "zed"}, None, "of user (zed): there is no such user in account"),
        ("expired", {}, "ExpiredToken", "expired"),
    ],
)
def test_what_cannot_be_listed_is_an_error(
    stage: Stage, caller: Caller, reason: str, config: dict[str, Any], error: str | None, part: str
) -> None:
    stage.plant(users={"alice": user(virtual())})
    if error:
        stage.fault("ListUsers", error=error, times=None)
    events, [(severity, text, _)] = _list(caller, **config)
    assert (events, severity) == ([], "error") and part in text, reason


@pytest.mark.parametrize(
    ("config", "part"),
    [({"user_name": "a b"}, "user_name"), ({"user_name": ""}, "user_name"), ({"user_name": None}, None), (None, None)],
)
def test_arguments_are_checked_offline(config: Any, part: str | None) -> None:
    answer = Caller().call("ValidateListResourceConfig", type_name=NAME, config=config)
    assert [path for _, _, path in answer.told] == ([part] if part else [])


# Import by identity


def _identity(serial: str, account: str | None = None) -> Any:
    from mfa_association.terraform import protocol

    made = protocol.message("ResourceIdentityData")()
    made.identity_data.msgpack = encode({"account_id": account, "serial_number": serial})
    return made


def test_hardware_tokens_share_one_walk(stage: Stage, caller: Caller) -> None:
    users = {f"user-{number}": user(hardware(f"GAHT0000000{number}")) for number in range(5)}
    stage.plant(users=users)
    for number in range(5):
        answer = caller.call("ImportResourceState", type_name=NAME, identity=_identity(f"gaht0000000{number}"))
        assert decode(answer.message.imported_resources[0].state.msgpack)["user_name"] == f"user-{number}"
    assert stage.calls()["ListUsers"] == 1


@pytest.mark.parametrize(
    ("reason", "account", "part"),
    [
        ("nobody holds it", None, "no user is seen to hold it; nothing was changed, import what is held only"),
        ("another account", "999988887777", "it belongs to AWS account 999988887777"),
    ],
)
def test_a_token_that_cannot_be_imported(
    stage: Stage, caller: Caller, reason: str, account: str | None, part: str
) -> None:
    stage.plant(users={"alice": user()}, devices=[hardware(TOKEN)])
    [error] = caller.call("ImportResourceState", type_name=NAME, identity=_identity(TOKEN, account)).errors
    assert part in error, reason
