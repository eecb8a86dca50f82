"""What each policy is for, as small pieces of work under it, and what the user reads when one action is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from mfa_association import lifecycle
from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import Directory
from mfa_association.aws.iam import Iam
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import Session, Settings
from mfa_association.grammar import ROOT_USER, OnDestroy
from mfa_association.inventory.enroll import Abandoned, enroll_new
from mfa_association.inventory.reader import Reader
from mfa_association.inventory.revoke import Order, Revocation, choose, warning_of
from mfa_association.inventory.walk import take
from mfa_association.lifecycle import Association, Declaration, Limits
from mfa_association.totp import parse_seed_source
from tests.inventory.stages import FakeDesk
from tests.lifecycle.stage import OLD, Stage, hardware, user, virtual

from .policies import Document

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SERVICES = ("iam", "sts", "ssm", "secretsmanager")


@dataclass
class Policed(Stage):
    """A stage whose key has these policies and nothing else; what happens outside the code is an administrator's."""

    documents: Sequence[Document] = field(default_factory=list)
    member: str = ""
    """A member account of the organization that this stage's account manages."""

    def plant(self, **account: Any) -> None:
        admin = {"account": self.account, "role": "administrator"}
        ci = {"account": self.account, "role": "ci", "policies": list(self.documents)}
        self.box.add({"accounts": {self.account: account}, "keys": {self.key: ci, f"ASIB{self.account}": admin}})
        self.box.reset_calls()

    def admin(self) -> Any:
        return self.box.client("iam", f"ASIB{self.account}")

    def settings(self) -> Settings:
        endpoints = tuple((service, self.box.url) for service in SERVICES)
        return Settings("us-east-1", None, self.key, "secret", "token", endpoints, read_attempts=1)

    def iam(self, key: str | None = None) -> Iam:
        return Iam(Session(self.settings()))

    def plant_root(self) -> Association:
        """An organization with one member, whose root user holds a phone; the association as saved."""
        self.member = str(int(self.account) + 50_000_000_000)
        self.plant()
        self.box.add({
            "accounts": {self.member: {"root": {"password": True, "devices": [virtual("root-phone")]}}},
            "organization": {
                "management": self.account, "members": [self.member], "root_credentials_management": True
            },
        })  # fmt: skip
        serial = f"arn:aws:iam::{self.member}:mfa/root-phone"
        return Association(ROOT_USER, serial, True, "virtual", self.member)

    def root_run(self) -> lifecycle.Run:
        return self.run(iam=RootIam(self.settings(), self.member))


def held(stage: Policed) -> bool:
    return bool(stage.holders())


def adopt(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    return lifecycle.bind(stage.run(), stage.wanted()).user_id is not None


def record(stage: Policed) -> bool:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    return not lifecycle.bind(stage.run(), stage.wanted()).active


def enable(stage: Policed) -> bool:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    return lifecycle.bind(stage.run(), stage.wanted(codes=stage.codes())).user_id is not None


def resync(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    return lifecycle.renew(stage.run(), stage.saved(), stage.wanted(codes=stage.codes())).active


def arm_again(stage: Policed) -> bool:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    return lifecycle.renew(stage.run(), stage.saved(active=False), stage.wanted(codes=stage.codes())).active


def move(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), virtual("spare")), "bob": {}})
    lifecycle.move(stage.run(), stage.saved(), stage.wanted(user="bob", codes=stage.codes()))
    return stage.holders()["bob"] == [stage.arn()]


def remove_the_last(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), password=True)})
    lifecycle.unbind(stage.run(), stage.saved())
    return not held(stage) and "alice can now sign in with a password alone" in stage.warnings[0]


def refuse_the_last(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    lifecycle.unbind(stage.run(), stage.saved(), "refuse")
    return not held(stage)


def remove_from_a_renamed_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), virtual("spare"))})
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.box.reset_calls()
    lifecycle.unbind(stage.run(), saved)
    return stage.holders() == {"alicia": [stage.arn("spare")]}


def read(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    return lifecycle.find(stage.run(), stage.saved(enable_date=OLD, user_id="AIDASAVED")).active


def find_a_renamed_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.box.reset_calls()
    return lifecycle.find(stage.run(), saved).active


def notice_a_new_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    saved = stage.saved(enable_date=OLD, user_id="AIDASOMEBODYELSE")
    return not lifecycle.find(stage.run(), saved).active


def delete_the_device(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), virtual("spare"))})
    lifecycle.unbind(stage.run(), stage.saved(), on_destroy="delete-virtual-device")
    listed = stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]
    return [one["SerialNumber"] for one in listed] == [stage.arn("spare")]


def enable_from(source: str) -> Callable[[Policed], bool]:
    def enable(stage: Policed) -> bool:
        kept = {"parameters": {"/mfa/alice": BASE32}, "secrets": {"mfa/alice": {"phone": BASE32}}}
        stage.plant(users={"alice": {}}, devices=[virtual(seed=BASE32)], **kept)
        return lifecycle.bind(stage.run(), stage.wanted(seed_source=parse_seed_source(source))).active

    enable.__name__ = f"enable_from_{source.partition(':')[0]}"
    return enable


def adopt_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    return lifecycle.bind(stage.root_run(), Declaration(ROOT_USER, saved.serial_number)).active


def read_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    return lifecycle.find(stage.root_run(), saved).active


def remove_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    lifecycle.unbind(stage.root_run(), saved)
    return not stage.box.holders(stage.member)


def look_around(stage: Policed, *names: str, passwords: bool = False, roots: tuple[str, ...] = ()) -> bool:
    """What `adopt`, `drift` and `status` read. Says what could not be read, and what it cost."""
    stage.box.reset_calls()
    reader = Reader(stage.settings(), Limits(retry_deadline=1), stage.time.clock())
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


def read_a_root_user(stage: Policed) -> bool:
    stage.plant_root()
    return look_around(stage, roots=(stage.member,)) and len(stage.box.holders(stage.member)["<root>"]) == 1


def enroll_with(stage: Policed, *answers: Any, devices: tuple[dict[str, Any], ...] = ()) -> Association:
    """What `enroll` does for alice, who gives these codes."""
    stage.plant(users={"alice": user(*devices)})
    session, desk = Session(stage.settings()), FakeDesk(list(answers))
    Directory(session).user("alice")
    run = stage.run(iam=Iam(session))
    try:
        return enroll_new(run, Credentials(session), "alice", "alice-phone", "/", desk)
    finally:
        stage.warnings += desk.over_with


def enroll(stage: Policed) -> bool:
    return enroll_with(stage, stage.codes).active


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
    found = Directory(session).user("alice")
    targets = tuple(replace(one, on_destroy=on_destroy) for one in choose(run, "alice", None, False, ()))
    order = Order("alice", found.user_id, targets, contain)
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


class Work(NamedTuple):
    """A piece of work under some policies. `told`: what the user reads when an action is missing."""

    policies: tuple[str, ...]
    does: Callable[[Policed], bool]
    told: dict[str, str]


DENIED = "the credentials in use are not allowed to do this"
LIST, WALK = "iam:ListMFADevices", "iam:ListVirtualMFADevices"
ENABLE, DEACTIVATE = "iam:EnableMFADevice", "iam:DeactivateMFADevice"
LOOK = {LIST: f"reading the MFA devices of user (alice): {DENIED}"}
ENABLING = {ENABLE: f"enabling MFA device ({{arn}}) for user (alice): {DENIED}"}
DEACTIVATING = {DEACTIVATE: f"deactivating MFA device ({{arn}}) of user (alice): {DENIED}"}
REMOVING = DEACTIVATING | {
    LIST: "whether it is the last MFA device was not checked",
    "iam:GetLoginProfile": "it is the last MFA device; alice has a console password or not, which could not be checked",
}
UNCHECKED_NAME = "or alice under a new name, could not be checked (AccessDenied): allow iam:ListVirtualMFADevices"
UNREAD_ID = (
    "the unique id of alice could not be read (AccessDenied), so a rename will not be noticed: allow iam:GetUser"
)
UNCHECKED_PASSWORD = "a console password or not, which could not be checked (AccessDenied)"
NO_SESSION = {"sts:AssumeRoot": "opening a root session in account ({member}): no root session is allowed there"}
APPLY, SEEDS = ("apply",), ("apply", "read-seeds")
WORKS = [
    Work(APPLY, adopt, LOOK),
    Work(APPLY, record, {WALK: f"reading the virtual MFA devices of the account: {DENIED}"}),
    Work(APPLY, enable, LOOK | ENABLING | {"iam:GetUser": UNREAD_ID}),
    Work(APPLY, resync,
        LOOK | {"iam:ResyncMFADevice": f"resyncing MFA device ({{arn}}) of user (alice): {DENIED}"}),
    Work(APPLY, arm_again, LOOK | ENABLING),
    Work(APPLY, move, {
        LIST: f"reading the MFA devices of user (bob): {DENIED}",
        ENABLE: f"it was deactivated for alice, then: enabling MFA device ({{arn}}) for user (bob): {DENIED}",
    } | DEACTIVATING),
    Work(APPLY, remove_the_last, REMOVING),
    Work(APPLY, refuse_the_last,
        {"iam:GetLoginProfile": f"there is {UNCHECKED_PASSWORD}, and on_last_device is refuse; nothing was changed"}),
    Work(APPLY, remove_from_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(APPLY, read, LOOK),
    Work(("apply", "delete-devices"), delete_the_device,
        {"iam:DeleteVirtualMFADevice": f"deleting virtual MFA device ({{arn}}): {DENIED}"}),
    Work(SEEDS, enable_from("ssm:/mfa/alice"),
        {"ssm:GetParameter": f"reading the seed from (ssm:/mfa/alice): {DENIED}"}),
    Work(SEEDS, enable_from("secretsmanager:mfa/alice#phone"),
        {"secretsmanager:GetSecretValue": f"reading the seed from (secretsmanager:mfa/alice#phone): {DENIED}"}),
    Work(("plan",), read, LOOK),
    Work(("plan",), find_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(("plan",), notice_a_new_user, {
        "iam:GetUser": "whether alice is still the same user could not be checked (AccessDenied): allow iam:GetUser"
    }),
    Work(("adopt",), read_an_account, {
        "iam:ListUsers": f"reading the users of the account: {DENIED}",
        WALK: f"reading the virtual MFA devices of the account: {DENIED}",
        LIST: f"reading the MFA devices of user (user-0): {DENIED}",
        "iam:GenerateCredentialReport": "passwords as of None",
        "iam:GetCredentialReport": "passwords as of None",
    }),
    Work(("adopt",), read_an_account_of_virtual_devices, {"iam:GetAccountSummary": "2 asked for their devices"}),
    Work(("adopt",), read_one_user, {
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:GetLoginProfile": f"checking the console password of user (alice): {DENIED}",
    }),
    Work(("adopt", "root-plan"), read_a_root_user, NO_SESSION),
    Work(("enroll",), enroll, LOOK | ENABLING | {
        WALK: f"reading the virtual MFA devices of the account: {DENIED}",
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:CreateVirtualMFADevice": f"creating virtual MFA device (/alice-phone): {DENIED}",
    }),
    Work(("enroll",), abandon, {"iam:DeleteVirtualMFADevice": "{arn} could not be deleted and is held by nobody: "}),
    Work(("revoke",), revoke, LOOK | {
        DEACTIVATE: f"NOT DONE: deactivating MFA device ({{arn}}) of user (alice): {DENIED}",
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:GetLoginProfile": "whether alice has a console password could not be checked",
    }),
    Work(("revoke",), remove_from_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(("revoke", "delete-devices"), revoke_and_delete_the_device,
        {"iam:DeleteVirtualMFADevice": f"NOT DONE: deleting virtual MFA device ({{arn}}): {DENIED}"}),
    Work(("revoke", "contain"), revoke_and_contain, {
        "iam:DeleteLoginProfile": f"NOT DONE: deleting the console password of user (alice): {DENIED}",
        "iam:ListAccessKeys": f"NOT DONE: reading the access keys of user (alice): {DENIED}",
        "iam:UpdateAccessKey": "NOT DONE: deactivating access key",
        "iam:PutUserPolicy": f"NOT DONE: writing inline policy (AWSRevokeOlderSessions) of user (alice): {DENIED}",
    }),
    Work(("root",), adopt_root, NO_SESSION),
    Work(("root",), read_root, NO_SESSION),
    Work(("root",), remove_root, NO_SESSION),
    Work(("root-plan",), read_root, NO_SESSION),
]  # fmt: skip
