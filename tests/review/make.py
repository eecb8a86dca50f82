"""Steps, previews and facts for tables of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Facts, Holder, Live, NotChecked
from mfa_association.review.findings import Report
from mfa_association.review.model import DeviceStep, Engine, GrantStep, Holding, Preview, UserStep

ACCOUNT = "111122223333"
DENIED = NotChecked("denied: iam:GetLoginProfile")
URN = "urn:pulumi:prod::mfa::pulumi-python:dynamic/iam:MfaDeviceAssociation::"
TYPE = "pulumi-python:dynamic/iam:MfaDeviceAssociation"


def virtual(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


PHONE, TABLET, KEY = virtual("alice-phone"), virtual("alice-tablet"), f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/key-ABC"


def held(serial: str | None = PHONE, user: str | None = "alice", **more: Any) -> Holding:
    root = more.pop("root", None)
    holder = Holder(None, root) if root else Holder(user) if user else None
    return Holding(holder, serial, **{"active": True, "account_id": ACCOUNT, **more})


def step(op: str, before: Holding | None = None, after: Holding | None = None, **more: Any) -> DeviceStep:
    """A step named after its device unless ``name`` says otherwise."""
    holding = before or after
    name = more.pop("name", None) or (holding.serial_number if holding else None) or "device"
    return DeviceStep(f"{URN}{name}", TYPE, op, before, after, **more)  # type: ignore[arg-type]


def gone(serial: str | None = PHONE, user: str | None = "alice", **more: Any) -> DeviceStep:
    own = {key: more.pop(key) for key in ("replaces", "leftover", "skipped_because", "name", "declares") if key in more}
    return step("delete", held(serial, user, **more), **own)


def kept(serial: str, user: str = "alice", **more: Any) -> DeviceStep:
    return step("same", held(serial, user, **more), held(serial, user, **more))


def new(serial: str | None = PHONE, user: str | None = "alice", **more: Any) -> DeviceStep:
    own = {key: more.pop(key) for key in ("replaces", "name") if key in more}
    return step("create", None, held(serial, user, active=None, **more), **own)


def changed(before: Holding, **after: Any) -> DeviceStep:
    return step("update", before, replace(before, active=None, **after))


def facts(user: str = "alice", serials: Any = (PHONE,), **more: Any) -> Facts:
    """A user as AWS says: one device, no console password, no access key, no administrator."""
    usual: dict[str, Any] = {
        "exists": True,
        "console_password": False,
        "active_access_keys": 1,
        "administrator": "no",
        "password_last_used": None,
    }
    holder = more.pop("holder", Holder(user))
    return Facts(holder=holder, serial_numbers=serials, **{**usual, **more})


def live(*holders: Facts, **more: Any) -> Live:
    return Live("arn:aws:iam::111122223333:role/review", "2026-01-31T12:00:00Z", holders, **more)


def preview(*steps: DeviceStep | UserStep | GrantStep, engine: Engine = "pulumi", **more: Any) -> Preview:
    devices = tuple(one for one in steps if isinstance(one, DeviceStep))
    users = tuple(one for one in steps if isinstance(one, UserStep))
    grants = tuple(one for one in steps if isinstance(one, GrantStep))
    return Preview(engine, "mfa/prod", devices, users, grants, **more)


def review(*steps: DeviceStep | UserStep | GrantStep, engine: Engine = "pulumi", **context: Any) -> Report:
    return classify(preview(*steps, engine=engine), Context(**context))
