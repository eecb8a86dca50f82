"""The provider's work in small pieces; each says whether AWS ends up as it should."""

from __future__ import annotations

from collections.abc import Callable

from mfa_association import lifecycle
from mfa_association.lifecycle import Declaration
from mfa_association.totp import parse_seed_source
from mfa_association.validation import ROOT_USER
from tests.support.stage import OLD, hardware, user, virtual

from .stage import Policed

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def held(stage: Policed) -> bool:
    return bool(stage.holders())


def adopt(stage: Policed) -> bool:
    """A token, which no list of the account tells."""
    token = f"GAHT{stage.account}"
    stage.plant(users={"alice": user(hardware(token))})
    return lifecycle.create(stage.run(), stage.wanted(token)).user_id is not None


def record(stage: Policed) -> bool:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    return not lifecycle.create(stage.run(), stage.wanted()).active


def enable(stage: Policed) -> bool:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    return lifecycle.create(stage.run(), stage.wanted(codes=stage.codes())).user_id is not None


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
    lifecycle.delete(stage.run(), stage.saved())
    return not held(stage) and "alice could sign in with a password alone" in stage.warnings[0]


def refuse_the_last(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    lifecycle.delete(stage.run(), stage.saved(), "refuse")
    return not held(stage)


def remove_from_a_renamed_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), virtual("spare"))})
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.box.reset_calls()
    lifecycle.delete(stage.run(), saved)
    return stage.holders() == {"alicia": [stage.arn("spare")]}


def read(stage: Policed) -> bool:
    """A token, which no list of the account tells."""
    token = f"GAHT{stage.account}"
    stage.plant(users={"alice": user(hardware(token, enable_date=OLD))})
    return lifecycle.read(stage.run(), stage.saved(token, enable_date=OLD, user_id="AIDASAVED")).active


def find_a_renamed_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.box.reset_calls()
    return lifecycle.read(stage.run(), saved).active


def notice_a_new_user(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual())})
    saved = stage.saved(enable_date=OLD, user_id="AIDASOMEBODYELSE")
    return not lifecycle.read(stage.run(), saved).active


def delete_the_device(stage: Policed) -> bool:
    stage.plant(users={"alice": user(virtual(), virtual("spare"))})
    lifecycle.delete(stage.run(), stage.saved(), on_destroy="delete-virtual-device")
    listed = stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]
    return [one["SerialNumber"] for one in listed] == [stage.arn("spare")]


def enable_from(source: str) -> Callable[[Policed], bool]:
    def enable(stage: Policed) -> bool:
        kept = {"parameters": {"/mfa/alice": BASE32}, "secrets": {"mfa/alice": {"phone": BASE32}}}
        stage.plant(users={"alice": {}}, devices=[virtual(seed=BASE32)], **kept)
        return lifecycle.create(stage.run(), stage.wanted(seed_source=parse_seed_source(source))).active

    enable.__name__ = f"enable_from_{source.partition(':')[0]}"
    return enable


def adopt_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    return lifecycle.create(stage.root_run(), Declaration(ROOT_USER, saved.serial_number)).active


def read_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    return lifecycle.read(stage.root_run(), saved).active


def remove_root(stage: Policed) -> bool:
    saved = stage.plant_root()
    lifecycle.delete(stage.root_run(), saved)
    return not stage.box.holders(stage.member)
