"""What `up` would run into, and whether it really would: half of the rows are tried on the lifecycle itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.errors import MfaError
from mfa_association.review.facts import NotChecked
from mfa_association.review.model import DeviceStep, UserStep
from tests.support.stage import hardware, user, virtual

from .stage import Account, adds, moves, removes

EIGHT = [virtual(f"phone-{number}") for number in range(8)]
SELF = "AWS lets nobody change their own devices without an MFA session (AWS-2023-001)"


class Case(NamedTuple):
    """``steps`` of an account, and a sentence for each obstacle; ``{arn}`` is alice's phone."""

    reason: str
    users: dict[str, Any]
    steps: Callable[[Account], list[DeviceStep | UserStep]]
    told: list[str]
    how: dict[str, Any] = {}  # noqa: RUF012


HELD_BY_BOB = {"alice": {}, "bob": user(virtual())}
ALICE_TO_BOB = {"alice": user(virtual()), "bob": {}}
CASES = [
    Case("a free device", {"alice": {}}, lambda a: [adds("alice", a.arn("free"))], []),
    Case("a device that its holder has", {"alice": user(virtual())}, lambda a: [adds("alice", a.arn())], []),
    Case("in another case", {"alice": user(virtual())}, lambda a: [adds("alice", a.arn().replace("-p", "-P"))], []),
    Case("held by another", HELD_BY_BOB, lambda a: [adds("alice", a.arn())], ["{arn} is held by bob"]),
    Case("held by another who is not affected, to be recorded", HELD_BY_BOB,
        lambda a: [adds("alice", a.arn(), enables=False)], ["{arn} is held by bob"]),
    Case("a token held by another who is affected", {"alice": {}, "bob": user(hardware("GAHT00000001"))},
        lambda a: [adds("alice", "GAHT00000001"), removes("bob", "GAHT00000001")], ["GAHT00000001 is held by bob"]),
    Case("a device that the move takes from its holder", ALICE_TO_BOB, lambda a: [moves("alice", "bob", a.arn())], []),
    Case("a device that is moved from somebody who has lost it", {"alice": {}, "bob": {}, "carol": user(virtual())},
        lambda a: [moves("alice", "bob", a.arn())], ["{arn} is held by carol"]),
    Case("no such device", {"alice": {}}, lambda a: [adds("alice", a.arn("none"))],
        ["there is no virtual device {none} in the account, unless the same change makes it"]),
    Case("no such user", {}, lambda a: [adds("alice", a.arn("free"))], ["there is no user alice in the account"]),
    Case("a user whom the change makes", {},
        lambda a: [adds("alice", a.arn("free")), UserStep("u", "aws:iam/user:User", "create", "Alice")], []),
    Case("a removal from nobody", {}, lambda a: [removes("alice", a.arn("free"))], []),
    Case("a ninth device", {"alice": user(*EIGHT)}, lambda a: [adds("alice", a.arn("free"))],
        ["alice would hold 9 MFA devices, and IAM allows 8"]),
    Case("a ninth device that is only recorded", {"alice": user(*EIGHT)},
        lambda a: [adds("alice", a.arn("free"), enables=False)], []),
    Case("the seventh and eighth are fine, the ninth is not", {"alice": user(*EIGHT[:6])},
        lambda a: [adds("alice", f"GAHT{n}000000") for n in range(3)],
        ["alice would hold 9 MFA devices, and IAM allows 8"]),
    Case("one of eight goes, after the ninth comes", {"alice": user(*EIGHT)},
        lambda a: [adds("alice", a.arn("free")), removes("alice", a.arn("phone-0"))],
        ["alice would hold 9 MFA devices, and IAM allows 8"]),
    Case("Terraform may take one of eight first", {"alice": user(*EIGHT)},
        lambda a: [adds("alice", a.arn("free")), removes("alice", a.arn("phone-0"))], [], {"engine": "terraform"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_obstacles(case: Case, account: Account) -> None:
    account.plant(users=case.users, devices=[virtual("free")])
    live = account.look(*case.steps(account), **case.how)
    expected = [text.format(arn=account.arn(), none=account.arn("none")) for text in case.told]
    assert [sentence for _, sentence in live.predicted_failures] == expected


REFUSES = {"on_last_device": "refuse"}
LAST = "on_last_device is 'refuse', alice has a console password, and no device would be left"


class Guard(NamedTuple):
    """Alice's devices, what is removed of them under which guard, and how many removals are refused."""

    reason: str
    devices: list[str]
    removed: list[str]
    refused: int
    password: bool = True
    guard: dict[str, str] = REFUSES


GUARDS = [
    Guard("the last one", ["a-phone"], ["a-phone"], 1),
    Guard("in another case", ["a-phone"], ["A-phone"], 1),
    Guard("another stays", ["a-phone", "b-phone"], ["a-phone"], 0),
    Guard("both at once", ["a-phone", "b-phone"], ["a-phone", "b-phone"], 2),
    Guard("it is gone already", [], ["a-phone"], 0),
    Guard("no password", ["a-phone"], ["a-phone"], 0, password=False),
    Guard("a warning only", ["a-phone"], ["a-phone"], 0, guard={"on_last_device": "warn"}),
    Guard("nothing said", ["a-phone"], ["a-phone"], 0, guard={}),
]


@pytest.mark.parametrize("case", GUARDS, ids=lambda case: case.reason)
def test_what_the_guard_refuses(case: Guard, account: Account) -> None:
    account.plant(users={"alice": user(*map(virtual, case.devices), password=case.password)})
    live = account.look(*(removes("alice", account.arn(name), **case.guard) for name in case.removed))
    assert [sentence for _, sentence in live.predicted_failures] == [LAST] * case.refused


@pytest.mark.parametrize("action", ["ListMFADevices", "GetLoginProfile"])
def test_a_guard_whose_question_was_not_checked_is_not_foreseen(action: str, account: Account) -> None:
    account.plant(users={"alice": user(virtual(), password=True)})
    account.deny(action)
    assert account.look(removes("alice", account.arn(), **REFUSES)).predicted_failures == ()


def test_an_obstacle_names_its_resource(account: Account) -> None:
    account.plant(users={"alice": {}, "bob": user(virtual())})
    live = account.look(adds("bob", account.arn()), adds("alice", account.arn()))
    assert [address for address, _ in live.predicted_failures] == [f"add alice {account.arn()}"]


def test_foreseen_is_what_happens(account: Account) -> None:
    """The lifecycle itself, where the review says that it cannot do it."""
    account.plant(users={"alice": user(*EIGHT), "bob": user(virtual())}, devices=[virtual("free")])
    live = account.look(
        adds("alice", account.arn("free")), adds("alice", account.arn()), adds("eve", account.arn("free"))
    )
    assert len({address for address, _ in live.predicted_failures}) == 3
    for holder, name in (("alice", "free"), ("alice", "alice-phone"), ("eve", "free")):
        codes = account.codes(account.arn(name))
        with pytest.raises(MfaError):
            lifecycle.create(account.run(), account.wanted(account.arn(name), holder, codes=codes))


class Own(NamedTuple):
    reason: str
    step: Callable[[Account], DeviceStep]
    told: bool
    device: bool = True
    long_term: bool = True


OWN = [
    Own("adds a second", lambda a: adds("alice", a.arn("free")), True),
    Own("adds the first", lambda a: adds("alice", a.arn("free")), False, device=False),
    Own("removes one", lambda a: removes("Alice", a.arn()), True),
    Own("removes one that is gone", lambda a: removes("alice", a.arn("free")), False),
    Own("adopts what it has", lambda a: adds("alice", a.arn()), False),
    Own("in a session with MFA", lambda a: removes("alice", a.arn()), False, long_term=False),
    Own("somebody else's", lambda a: removes("bob", a.arn("bobs")), False),
    Own("by a role", lambda a: removes("alice", a.arn(), role_arn=f"arn:aws:iam::{a.account}:role/x"), False),
]


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.reason)
def test_users_who_would_change_their_own_devices(own: Own, account: Account) -> None:
    devices = [virtual()] if own.device else []
    account.plant(users={"alice": user(*devices), "bob": user(virtual("bobs"))}, devices=[virtual("free")])
    key = account.be_user("alice")
    if not own.long_term:
        key = key.replace("AKIA", "ASIC")
        account.box.add({"keys": {key: {"account": account.account, "user": "alice"}}})
    live = account.look(own.step(account), key=key)
    assert [SELF in sentence for _, sentence in live.predicted_failures] == [True] * own.told


def test_the_user_who_applies_may_be_another_than_the_caller(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    step = removes("alice", account.arn())
    assert account.look(step).predicted_failures == ()
    (obstacle,) = account.look(step, apply_as=account.user_arn()).predicted_failures
    assert obstacle[1].startswith("alice would apply this with a long-term access key")


def test_a_denied_walk_is_told_and_nothing_is_made_up(account: Account) -> None:
    account.plant(users={"alice": {}, "bob": user(virtual())})
    account.deny("ListVirtualMFADevices")
    live = account.look(adds("alice", account.arn()))
    assert live.predicted_failures == ()
    assert live.not_foreseen == ("who holds a virtual device: not checked (denied: iam:ListVirtualMFADevices)",)


@pytest.mark.parametrize("serial", ["GAHT00000009", "arn:aws:iam::{account}:u2f/user/alice/key"])
def test_who_holds_another_kind_of_device_is_not_told_by_iam(serial: str, account: Account) -> None:
    account.plant(users={"alice": {}})
    live = account.look(adds("alice", serial.format(account=account.account), enables=False))
    assert live.not_foreseen == ("who else may hold a hardware token or FIDO key: not checked (IAM does not show it)",)
    assert "ListVirtualMFADevices" not in account.calls()


def test_devices_that_were_not_read_are_not_counted(account: Account) -> None:
    account.plant(users={"alice": user(*EIGHT)}, devices=[virtual("free")])
    account.deny("ListMFADevices")
    live = account.look(adds("alice", account.arn("free")))
    assert live.predicted_failures == ()
    assert live.holders[0].serial_numbers == NotChecked("denied: iam:ListMFADevices")


def test_a_holder_whose_devices_were_not_read_is_not_taken_for_another(account: Account) -> None:
    account.plant(users={"Alice": user(virtual())})
    account.deny("ListMFADevices")
    assert account.look(adds("alice", account.arn())).predicted_failures == ()


def test_what_is_adopted_needs_no_walk(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    account.look(adds("alice", account.arn()), removes("alice", account.arn("x")))
    assert "ListVirtualMFADevices" not in account.calls()
