"""Devices that one plan takes away and declares, whose parts Terraform orders in no way (rule 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from mfa_association.terraform import block
from mfa_association.terraform.association import SCHEMA
from mfa_association.terraform.protocol import message
from tests.support.stage import Stage, user, virtual
from tests.terraform.calls import NAME, Answer, Caller, State, whole

from .test_plan import GOOD, OTHER, PRIOR, SERIAL

REFUSED = f"Planning MFA device ({SERIAL}) of user (alice): it is destroyed at one address and declared at another"


@pytest.fixture(autouse=True)
def no_guards(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing of AWS is looked at ahead, but by a test that has a stage."""
    if "stage" not in request.fixturenames:
        monkeypatch.setattr("mfa_association.lifecycle.check_delete", lambda *_: False)
        monkeypatch.setattr("mfa_association.terraform.successors.Successors._add", lambda *_: None)
    yield


def _comes(caller: Caller) -> Answer:
    return caller.plan(None, GOOD)


def _goes(caller: Caller) -> Answer:
    return caller.plan(PRIOR, None)


def _replaced(caller: Caller) -> Answer:
    return caller.plan(PRIOR, GOOD | {"serial_number": OTHER})


def _stays(caller: Caller) -> Answer:
    return caller.plan(PRIOR, GOOD)


@pytest.mark.parametrize("leave", [_goes, _replaced], ids=["removed", "replaced"])
@pytest.mark.parametrize("declare", [_comes, _stays], ids=["comes", "stays"])
@pytest.mark.parametrize("first", ["declared", "leaves"])
def test_a_device_at_two_addresses_is_refused_with_ways_out(
    leave: Callable[[Caller], Answer], declare: Callable[[Caller], Answer], first: str
) -> None:
    caller = Caller()
    earlier, later = (declare, leave) if first == "declared" else (leave, declare)
    assert not earlier(caller).errors
    [error] = later(caller).errors
    assert error.startswith(REFUSED)
    for way in (
        "add a moved block",
        f"`terraform state list -id={SERIAL}`",
        "`terraform state rm`",
        f"`terraform import ADDRESS alice/{SERIAL}`",
    ):
        assert way in error


def test_a_root_users_device_is_imported_with_its_account() -> None:
    caller, root = Caller(), {"user_name": None, "root_account_id": "111122223333"}
    caller.plan(SCHEMA.whole(PRIOR | root), None)
    [error] = caller.plan(None, GOOD | root).errors
    assert f"`terraform import ADDRESS root:111122223333/{SERIAL}`" in error


def test_many_are_refused_once() -> None:
    """The first in full; all others as warnings of one headline, which the engines fold into one."""
    caller = Caller()
    serials = [f"arn:aws:iam::111122223333:mfa/phone{number}" for number in range(5)]
    answers = []
    for serial in serials:
        answers += [caller.plan(None, GOOD | {"serial_number": serial})]
        answers += [caller.plan(SCHEMA.whole(PRIOR | {"serial_number": serial, "id": serial}), None)]
    assert [len(answer.errors) for answer in answers] == [0, 1, *[0] * 8]
    warned = [answer.message.diagnostics[0] for answer in answers[3::2]]
    assert {one.summary for one in warned} == {"more devices are destroyed at one address and declared at another"}
    assert [one.detail for one in warned] == [f"{serial} of alice" for serial in serials[1:]]


@pytest.mark.parametrize(
    "reason, config",
    [
        ("another holder: nothing holds a leaver's device back", {"user_name": "bob"}),
        ("another device", {"serial_number": OTHER}),
    ],
)
def test_what_is_no_conflict(reason: str, config: State) -> None:
    caller = Caller()
    assert not caller.plan(None, GOOD | config).errors
    assert not _goes(caller).errors, reason


def test_a_device_that_replaces_itself_is_told() -> None:
    """What -replace asks for: first the plan of what there is, then that of a new one."""
    caller = Caller()
    assert not _stays(caller).told
    answer = _comes(caller)
    [warning] = answer.warnings
    assert warning.startswith(
        f"Binding MFA device ({SERIAL}) to user (alice): it is declared already; a replacement of that resource changes nothing"
    )
    assert answer.message.planned_private == b"again"
    assert not caller.plan(None, GOOD | {"serial_number": OTHER}).told


def test_a_tainted_device_is_known_without_a_refresh() -> None:
    """With -refresh=false a tainted resource is shown by UpgradeResourceState alone."""

    caller = Caller()
    caller.call("ConfigureProvider", config=whole(block.SCHEMA, {}))
    raw = message("RawState")(json=json.dumps(PRIOR).encode())
    caller.call("UpgradeResourceState", type_name=NAME, raw_state=raw)
    assert _comes(caller).message.planned_private == b"again"


def test_an_apply_refuses_no_conflict_any_more(stage: Stage, caller: Caller) -> None:
    """With create_before_destroy the apply plans the destroy again, after it has created: a device that replaces itself."""
    stage.plant(users={"alice": user(virtual())})
    config = {"user_name": "alice", "serial_number": stage.arn()}
    state = caller.up(None, config).state("new_state")
    fresh = Caller.configured(stage)
    made = fresh.up(None, config)
    assert made.state("new_state") == state
    assert not fresh.plan(state, None).told
    gone = fresh.apply(state, None, None)
    assert gone.state("new_state") is None and "stays active" in gone.warnings[0]
    assert not stage.writes()


def test_another_command_begins_anew() -> None:
    caller = Caller()
    _comes(caller)
    assert _goes(caller).errors
    caller.call("ConfigureProvider", config=whole(block.SCHEMA, {}))
    assert not _goes(caller).errors
