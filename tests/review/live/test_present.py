"""Users renamed outside and holders that are secret: found by the device or the saved id, as the delete finds them."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.facts import Holder, NotChecked
from mfa_association.review.live.bulk import FEW
from tests.review.live.stage import Account, adds, by_name, moves, removes, removes_secretly
from tests.support.stage import hardware, user, virtual


def renamed(account: Account, *devices: dict[str, Any]) -> str:
    """Alice, who has a password, is renamed to Alice.Jones; returns her id."""
    account.plant(users={"alice": user(*devices, password=True), "bob": {}})
    user_id = account.user_id()
    account.admin().update_user(UserName="alice", NewUserName="Alice.Jones")
    account.start_counting()
    return user_id


def token(account: Account) -> str:
    return f"GAHT{account.account[-8:]}"


def key(account: Account) -> str:
    return f"arn:aws:iam::{account.account}:u2f/user/alice/yubikey-X"


JONES = Holder("Alice.Jones")


def test_a_user_renamed_outside_is_found_by_the_saved_id(account: Account) -> None:
    """Case 03: the delete deactivates the device under the new name, so the review speaks of the new name."""
    user_id = renamed(account, virtual())
    live = account.look(removes("alice", account.arn(), user_id=user_id))
    assert live.present == ((account.arn().lower(), JONES),)
    facts = by_name(live)["Alice.Jones"]
    assert (facts.serial_numbers, facts.console_password) == ((account.arn(),), True)
    assert by_name(live)["alice"].exists is False


@pytest.mark.parametrize("kind", ["hardware", "fido"])
def test_tokens_and_keys_of_a_renamed_user_stay_as_the_delete_leaves_them(kind: str, account: Account) -> None:
    serial = token(account) if kind == "hardware" else key(account)
    user_id = renamed(account, {"kind": kind, "serial": serial})
    live = account.look(removes("alice", serial, user_id=user_id))
    assert (live.present, by_name(live)["alice"].serial_numbers) == ((), ())
    assert "ListUsers" not in account.calls()


def test_the_old_holder_of_a_move_is_found_too(account: Account) -> None:
    user_id = renamed(account, virtual())
    live = account.look(moves("alice", "bob", account.arn(), user_id=user_id))
    assert live.present == ((account.arn().lower(), JONES),)
    assert live.predicted_failures == ()


def test_a_namesake_is_not_taken_for_the_renamed_user(account: Account) -> None:
    user_id = renamed(account, virtual())
    account.plant(users={"alice": user(virtual("new"))})
    live = account.look(removes("alice", account.arn(), user_id=user_id))
    assert live.present == ((account.arn().lower(), JONES),)
    assert by_name(live)["alice"].serial_numbers == (account.arn("new"),)


LEFT_ALONE = [
    ("nobody holds it", lambda a: a.plant(devices=[virtual()]), None),
    ("it does not exist", lambda a: a.plant(), None),
    ("somebody else holds it", lambda a: a.plant(users={"bob": user(virtual())}), "AIDASOMEBODYWHOISGONE"),
    ("somebody else holds it, and no id was saved", lambda a: a.plant(users={"bob": user(virtual())}), None),
]


@pytest.mark.parametrize(("reason", "plant", "user_id"), LEFT_ALONE, ids=[row[0] for row in LEFT_ALONE])
def test_what_the_delete_leaves_alone_is_nobodys_loss(
    reason: str, plant: Any, user_id: str | None, account: Account
) -> None:
    plant(account)
    live = account.look(removes("alice", account.arn(), user_id=user_id))
    assert live.present == ()
    assert by_name(live)["alice"].serial_numbers == ()


def test_a_holder_who_is_still_called_so_is_not_looked_for(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    live = account.look(removes("alice", account.arn("gone"), user_id=account.user_id()))
    assert live.present == ()
    assert not account.calls().keys() & {"ListVirtualMFADevices", "ListUsers"}


def test_where_nobody_can_look_the_device_is_not_called_inactive(account: Account) -> None:
    user_id = renamed(account, virtual())
    account.deny("ListVirtualMFADevices")
    facts = account.facts(removes("alice", account.arn(), user_id=user_id))
    why = NotChecked("denied: iam:ListVirtualMFADevices")
    assert (facts.exists, facts.serial_numbers, facts.console_password, facts.administrator) == (False, why, why, why)


def test_a_secret_holder_is_found_by_the_device(account: Account) -> None:
    """Case 12."""
    account.plant(users={"alice": user(virtual(), password=True)})
    live = account.look(removes_secretly(account.arn()))
    assert live.present == ((account.arn().lower(), Holder("alice")),)
    (facts,) = live.holders
    assert (facts.holder, facts.console_password) == (Holder("alice"), True)


def test_a_secret_holder_of_a_token_is_found_by_the_saved_id(account: Account) -> None:
    account.plant(users={"alice": user(hardware(token(account)))})
    assert account.look(removes_secretly(token(account), user_id=account.user_id())).present == (
        (token(account).lower(), Holder("alice")),
    )
    assert account.look(removes_secretly(token(account))).present == ()


def test_a_secret_holder_who_is_the_root_user(account: Account) -> None:
    account.plant(root={"devices": [virtual("root-phone")]})
    serial = account.arn("root-phone")
    assert account.look(removes_secretly(serial)).present == ((serial.lower(), Holder(None, account.account)),)


def test_a_secret_device_of_another_account_is_not_looked_for(account: Account) -> None:
    account.plant()
    live = account.look(removes_secretly("arn:aws:iam::999988887777:mfa/x"))
    assert live.present == () and "ListVirtualMFADevices" not in account.calls()


def test_many_renamed_users_cost_one_list(account: Account) -> None:
    names = [f"user-{n}" for n in range(FEW + 3)]
    account.plant(users={name: user(virtual(name)) for name in names})
    ids = {name: account.user_id(name) for name in names}
    for name in names:
        account.admin().update_user(UserName=name, NewUserName=f"{name}.Jones")
    account.start_counting()
    live = account.look(*(removes(name, account.arn(name), user_id=ids[name]) for name in names))
    assert [holder.user_name for _, holder in live.present] == [f"{name}.Jones" for name in names]
    assert (account.calls()["ListVirtualMFADevices"], account.calls()["ListUsers"]) == (1, 1)


def test_a_denied_removal_is_told_of_the_renamed_user(account: Account) -> None:
    user_id = renamed(account, virtual())
    role = account.role("apply")
    live = account.look(removes("alice", account.arn(), user_id=user_id), apply_as=role)
    ((_, sentence),) = live.predicted_failures
    assert sentence == f"{role} is not allowed iam:DeactivateMFADevice on user Alice.Jones"


CERTAIN = [
    ("no such user", lambda a: [adds("nobody", a.arn("free"))], True),
    ("held by somebody who keeps it", lambda a: [adds("bob", a.arn())], True),
    ("held by somebody who is losing it", lambda a: [adds("bob", a.arn()), removes("alice", a.arn())], False),
    ("a move takes nothing before it is sure", lambda a: [moves("bob", "carol", a.arn())], False),
    ("a device that the change may make", lambda a: [adds("bob", a.arn("absent"))], False),
]


@pytest.mark.parametrize(("reason", "steps", "certain"), CERTAIN, ids=[row[0] for row in CERTAIN])
def test_which_obstacles_surely_stop_the_run(reason: str, steps: Any, certain: bool, account: Account) -> None:
    account.plant(users={"alice": user(virtual()), "bob": {}, "carol": {}}, devices=[virtual("free")])
    live = account.look(*steps(account))
    assert live.predicted_failures
    assert live.certain == ({live.predicted_failures[0][0]} if certain else frozenset())


@pytest.mark.parametrize(("step", "certain"), [(adds, True), (removes, False)])
def test_a_denied_removal_takes_nothing_and_a_denied_addition_brings_nothing(
    step: Any, certain: bool, account: Account
) -> None:
    account.plant(users={"alice": user(virtual())}, devices=[virtual("free")])
    live = account.look(
        step("alice", account.arn("free" if certain else "alice-phone")), apply_as=account.role("apply")
    )
    assert [address in live.certain for address, _ in live.predicted_failures] == [certain]


@pytest.mark.long
def test_what_holds_a_user_is_told(account: Account) -> None:
    """What DeleteUser is refused for, and through what a group's policy would reach the user."""
    account.plant(users={"alice": user(virtual())})
    read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    account.admin().attach_user_policy(UserName="alice", PolicyArn=read_only)
    account.give("alice", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, name="own")
    account.group("staff", "alice")
    facts = account.facts(removes("alice", account.arn()))
    assert (facts.policies, facts.groups) == ((read_only, "own"), ("staff",))
    account.deny("ListGroupsForUser", "ListUserPolicies")
    facts = account.facts(removes("alice", account.arn()))
    assert facts.policies == NotChecked("denied: iam:ListUserPolicies")
    assert facts.groups == NotChecked("denied: iam:ListGroupsForUser")
