"""What the commands do, in small pieces; each says whether it went well, and leaves what was told with the stage."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import AccountLists
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.inventory.administrators import with_administrators
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.certifications import with_certifications
from mfa_association.inventory.enroll import Abandoned, enroll_new
from mfa_association.inventory.revoke import Revocation, RevocationRequest, choose, warning_of
from mfa_association.inventory.roots import read_features
from mfa_association.inventory.walk import take
from mfa_association.lifecycle import Association
from mfa_association.validation import OnDestroy
from tests.inventory.stages import FakeDesk
from tests.support.stage import hardware, user, virtual

from .associations import held
from .stage import Policed


def look_around(stage: Policed, *names: str, passwords: bool = False, roots: tuple[str, ...] = ()) -> bool:
    """What `adopt`, `drift` and `status` read. Says what could not be read, and what it cost."""
    stage.box.reset_calls()
    reader = stage.reader()
    found = take(reader, names, passwords=passwords, roots=roots)
    asked = stage.calls().get("ListMFADevices", 0)
    unread = [*found.unread, *found.unread_roots]
    stage.warnings += [*unread, f"{asked} asked for their devices, passwords as of {found.passwords_as_of}"]
    return all(holder.complete for holder in (*found.users, *found.roots)) and not unread


def read_an_account(stage: Policed) -> bool:
    tokens = {f"user-{number}": user(hardware(f"GAHT{stage.account}{number}")) for number in range(2)}
    stage.plant(users={"alice": user(virtual(), password=True), **tokens})
    return look_around(stage, passwords=True) and "passwords as of 20" in stage.warnings[-1]


def read_an_account_of_virtual_devices(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual()), "bob": {}})
    return look_around(stage) and stage.warnings == ["0 asked for their devices, passwords as of None"]


def read_one_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), password=True)})
    return look_around(stage, "alice", passwords=True)


def read_certifications(stage: Policed) -> bool:
    """Of a key, as `status` and `drift` do."""
    stage.plant(users={"alice": user({"kind": "fido", "name": "key", "id": "EXAMPLE"})})
    reader = stage.reader()
    found = with_certifications(reader, take(reader))
    stage.warnings += found.not_checked
    return found.users[0].devices[0].certifications == (("FIDO", "L1"),)


def read_administrators(stage: Policed) -> bool:
    """Of an account with an administrator, as `status --format html` does."""
    stage.plant(users={"alice": {}})
    stage.admin().attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    stage.box.reset_calls()
    reader = stage.reader()
    found = with_administrators(reader, take(reader))
    stage.warnings += found.not_checked
    return found.users[0].rights.administrator == "yes"


def read_how_roots_are_managed(stage: Policed) -> bool:
    stage.plant_root()
    told = read_features(stage.reader())
    stage.warnings += [told.reason] if isinstance(told, NotChecked) else []
    return told == frozenset({"RootCredentialsManagement"})


def read_a_root_user(stage: Policed) -> bool:
    stage.plant_root()
    return look_around(stage, roots=(stage.member,)) and len(stage.box.holders(stage.member)["<root>"]) == 1


def enroll_with(
    stage: Policed, *answers: Any, devices: tuple[dict[str, Any], ...] = (), tags: dict[str, str] | None = None
) -> Association:
    """What `enroll` does for alice, who gives these codes."""
    stage.plant(users={"alice": user(*devices)})
    session, desk = Session(stage.settings()), FakeDesk(list(answers))
    AccountLists(session).user("alice")
    run = stage.run(iam=Iam(session))
    try:
        return enroll_new(run, Credentials(session), "alice", "alice-phone", "/", desk, tags)
    finally:
        stage.warnings += desk.over_with


def enroll(stage: Policed) -> bool:
    return enroll_with(stage, stage.codes).active


def enroll_with_a_tag(stage: Policed) -> bool:
    enroll_with(stage, stage.codes, tags={"team": "x"})
    (tag,) = stage.admin().list_mfa_device_tags(SerialNumber=stage.arn())["Tags"]
    return bool(tag == {"Key": "team", "Value": "x"})


def abandon(stage: Policed) -> bool:
    with suppress(Abandoned):
        enroll_with(stage)
    return not stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]


def revoke_with(stage: Policed, contain: bool, on_destroy: OnDestroy = "keep") -> bool:
    """What `revoke` does to alice's only device."""
    stage.plant(users={"alice": user(virtual(), password=True)})
    stage.admin().create_access_key(UserName="alice")
    stage.box.reset_calls()
    session = Session(stage.settings())
    run = stage.run(iam=Iam(session))
    found = AccountLists(session).user("alice")
    targets = tuple(replace(one, on_destroy=on_destroy) for one in choose(run, "alice", None, False, ()))
    order = RevocationRequest("alice", found.user_id, targets, contain)
    stage.warnings.append(warning_of(run, order) or "")
    done = list(Revocation(run, Credentials(session), order, []).carry_out())
    stage.warnings += [f"{one.outcome}: {one.text}" for one in done]
    return all(one.outcome == "done" for one in done) and not held(stage)


def revoke(stage: Policed) -> bool:
    return revoke_with(stage, contain=False)


def revoke_and_contain(stage: Policed) -> bool:
    return revoke_with(stage, contain=True)


def revoke_and_delete_the_device(stage: Policed) -> bool:
    return revoke_with(stage, False, "delete-virtual-device") and stage.arn() not in str(
        stage.admin().list_virtual_mfa_devices()
    )
