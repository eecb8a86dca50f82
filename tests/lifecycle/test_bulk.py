"""Shared looks: what many associations cost, and that no shared look tells what IAM itself would not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.aws.errors import AwsError
from mfa_association.lifecycle import AccountContext, Association, Ledger, refusals
from mfa_association.lifecycle.directory import MOST_AGE
from tests.support.stage import OLD, Stage, failure, hardware, quietly, user, virtual

IDENTITY = {"GetCallerIdentity": 1}
MANY = [f"user{number:04}" for number in range(1001)]
TOKENS = ["GAHT00000001", "GAHT00000002", "GAHT00000003"]


@dataclass(frozen=True)
class Reader:
    """A verb that may use a shared look."""

    name: str
    look: Callable[[AccountContext, Stage, str, str], Association]


READ = Reader("read", lambda run, stage, name, serial: lifecycle.read(run, stage.saved(serial, name)))
ADOPT = Reader("adopt", lambda run, stage, name, serial: lifecycle.create(run, stage.wanted(serial, name)))
BOTH = pytest.mark.parametrize("reader", [READ, ADOPT], ids=lambda reader: reader.name)


@pytest.mark.long
@BOTH
def test_a_thousand_and_one_virtual_devices_cost_two_pages(stage: Stage, reader: Reader) -> None:
    stage.plant(users={name: user(virtual(name)) for name in MANY})
    run = stage.run()
    assert all(reader.look(run, stage, name, stage.arn(name)).active for name in MANY)
    assert stage.calls() == IDENTITY | {"ListVirtualMFADevices": 2}


def test_a_user_with_several_tokens_costs_one_list(stage: Stage) -> None:
    stage.plant(users={"alice": user(*map(hardware, TOKENS)), "bob": user(hardware("GAHT00000009"))})
    run = stage.run()
    for name, serial in [*(("alice", token) for token in TOKENS), ("Alice", TOKENS[0]), ("bob", "GAHT00000009")]:
        assert READ.look(run, stage, name, serial).active
    assert stage.calls()["ListMFADevices"] == 2


@BOTH
def test_a_denied_walk_falls_back_to_each_users_list(stage: Stage, reader: Reader) -> None:
    stage.plant(users={name: user(virtual(name)) for name in MANY[:4]})
    stage.deny("ListVirtualMFADevices")
    run = stage.run()
    assert all(reader.look(run, stage, name, stage.arn(name)).active for name in MANY[:4])
    calls = stage.calls()
    assert (calls["ListVirtualMFADevices"], calls["ListMFADevices"]) == (1, 4)
    assert not stage.warnings


def test_a_walk_that_fails_otherwise_is_an_error(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual())})
    stage.fault("ListVirtualMFADevices", error="ServiceFailure")
    run = stage.run()
    failure(lambda: READ.look(run, stage, "alice", stage.arn()), errors.ServiceFailure)
    assert READ.look(run, stage, "alice", stage.arn()).active, "nothing of a failed walk is kept"


@BOTH
@pytest.mark.parametrize("serial", ["arn", TOKENS[0]], ids=["phone", "token"])
def test_what_was_registered_a_moment_ago_is_seen(stage: Stage, reader: Reader, serial: str) -> None:
    serial = stage.arn() if serial == "arn" else serial
    stage.plant(users={"alice": user(virtual("other"), hardware(TOKENS[2]))})
    run = stage.run()
    for other in (stage.arn("other"), TOKENS[2]):
        assert reader.look(run, stage, "alice", other).active
    stage.plant(users={"alice": user(virtual() if ":" in serial else hardware(serial))})
    assert reader.look(run, stage, "alice", serial).active


@pytest.mark.parametrize("serial", ["arn", TOKENS[0]], ids=["phone", "token"])
def test_what_was_lost_is_not_shown_for_longer_than_a_look_is_kept(stage: Stage, serial: str) -> None:
    serial = stage.arn() if serial == "arn" else serial
    stage.plant(users={"alice": user(virtual(), hardware(TOKENS[0]))})
    run = stage.run()
    assert READ.look(run, stage, "alice", serial).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    stage.time.sleep(MOST_AGE)
    assert READ.look(run, stage, "alice", serial).active, "as IAM itself might say"
    stage.time.sleep(0.1)
    assert not READ.look(run, stage, "alice", serial).active


@pytest.mark.parametrize("serial", ["arn", TOKENS[0]], ids=["phone", "token"])
def test_a_write_of_this_process_ends_every_shared_look(stage: Stage, serial: str) -> None:
    serial = stage.arn() if serial == "arn" else serial
    stage.plant(users={"alice": user(virtual(), hardware(TOKENS[0])), "bob": user(hardware(TOKENS[1]))})
    ledger = Ledger()
    one, of_another_role = stage.run(ledger=ledger), stage.run(ledger=ledger)
    assert READ.look(one, stage, "alice", serial).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=serial)
    lifecycle.delete(of_another_role, stage.saved(TOKENS[1], "bob"))
    assert not READ.look(one, stage, "alice", serial).active


def test_a_write_that_aws_refused_ends_none(stage: Stage) -> None:
    """Thirty deletes of inactive devices make one walk."""
    names = MANY[:30]
    stage.plant(users={name: {} for name in names}, devices=[virtual(name) for name in names])
    run = stage.run()
    for name in names:
        lifecycle.delete(run, stage.saved(stage.arn(name), name))
    assert stage.calls() == IDENTITY | {
        "ListMFADevices": 30,
        "DeactivateMFADevice": 30,
        "ListVirtualMFADevices": 1,
    }


@pytest.mark.parametrize("how", [{"drop": True}, {"error": "ServiceFailure"}])
def test_a_write_whose_effect_is_unknown_ends_every_look(stage: Stage, how: dict[str, Any]) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    run = stage.run(retry_deadline=0.0)
    assert READ.look(run, stage, "alice", stage.arn()).active
    stage.fault("DeactivateMFADevice", **how)
    quietly(lambda: lifecycle.delete(run, stage.saved(stage.arn("bobs"), "bob")), AwsError)
    stage.start_counting()
    assert READ.look(run, stage, "alice", stage.arn()).active
    assert stage.calls() == {"ListVirtualMFADevices": 1}


def test_what_must_be_active_is_looked_at_alone(stage: Stage) -> None:
    """The walk is older than the deactivation."""
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    run = stage.run()
    assert ADOPT.look(run, stage, "bob", stage.arn("bobs")).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    assert ADOPT.look(run, stage, "alice", stage.arn()).active, "as IAM might still say"
    failure(lambda: lifecycle.create(run, stage.wanted(require_active=True)), refusals.NotActive)


def test_a_walk_that_shows_the_name_that_just_lost_it_is_not_believed(stage: Stage) -> None:
    """The holder was renamed after the walk."""
    stage.plant(users={"alice": user(virtual(enable_date=OLD), virtual("spare"))})
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    run = stage.run()
    assert READ.look(run, stage, "alice", stage.arn()).active
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    lifecycle.delete(run, saved)
    assert stage.holders() == {"alicia": [stage.arn("spare")]}


def test_user_ids_age_with_the_walk(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": {}})
    run = stage.run()
    first = ADOPT.look(run, stage, "alice", stage.arn()).user_id
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.plant(users={"alice": user(virtual("new"))})
    stage.time.sleep(MOST_AGE + 0.1)
    found = ADOPT.look(run, stage, "alice", stage.arn("new"))
    assert found.user_id == stage.user_id() != first


def test_a_removal_never_uses_a_shared_look(stage: Stage) -> None:
    """The list and the walk both show two devices; by hand one of them went, so the other is the last."""
    stage.plant(users={"alice": user(virtual(), hardware(TOKENS[0]), password=True)})
    run = stage.run()
    for serial in (stage.arn(), TOKENS[0]):
        assert READ.look(run, stage, "alice", serial).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=TOKENS[0])
    failure(lambda: lifecycle.delete(run, stage.saved(), "refuse"), refusals.LastDevice)
    assert stage.holders() == {"alice": [stage.arn()]}


def test_codes_are_given_by_a_look_of_ones_own(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    run = stage.run()
    assert ADOPT.look(run, stage, "bob", stage.arn("bobs")).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    assert lifecycle.create(run, stage.wanted(codes=stage.codes())).active
    assert stage.holders()["alice"] == [stage.arn()]


def test_the_date_is_that_of_the_walk(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    assert ADOPT.look(stage.run(), stage, "alice", stage.arn()).enable_date == OLD
