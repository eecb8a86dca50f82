"""A preview in few words, and an account in the sandbox that it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import Limits
from mfa_association.review.facts import Facts, Holder, Live
from mfa_association.review.live import read_live
from mfa_association.review.model import DeviceStep, Engine, GrantStep, Holding, Preview, UserStep
from tests.support.stage import Stage

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def held(user: str | None, serial: str | None, root: str | None = None, **more: Any) -> Holding:
    return Holding(Holder(user, root), serial, **more)


def adds(user: str | None, serial: str | None, enables: bool = True, **more: Any) -> DeviceStep:
    return DeviceStep(f"add {user} {serial}", "ours", "create", after=held(user, serial, enables=enables, **more))


def removes(user: str | None, serial: str | None, **more: Any) -> DeviceStep:
    return DeviceStep(f"remove {user} {serial}", "ours", "delete", before=held(user, serial, active=True, **more))


def removes_secretly(serial: str | None, **more: Any) -> DeviceStep:
    """A removal whose holder the engine knows and does not show."""
    before = Holding(None, serial, active=True, secret=True, **more)
    return DeviceStep(f"remove {serial}", "ours", "delete", before=before)


def moves(user: str, to: str, serial: str, **saved: Any) -> DeviceStep:
    before, after = held(user, serial, active=True, **saved), held(to, serial, enables=True)
    return DeviceStep(f"move {user} {to} {serial}", "ours", "update", before, after)


def preview(*steps: DeviceStep | UserStep | GrantStep, engine: Engine = "pulumi") -> Preview:
    kinds: tuple[type[Any], ...] = (DeviceStep, UserStep, GrantStep)
    devices, users, grants = (tuple(one for one in steps if isinstance(one, kind)) for kind in kinds)
    return Preview(engine, "infra/dev", devices, users, grants)


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@dataclass
class Account(Stage):
    """A fresh account, and what a review sees of it."""

    def settings(self, key: str | None = None) -> Settings:
        endpoints = (("iam", self.box.url), ("sts", self.box.url))
        key = key or self.key
        token = None if key.startswith("AKIA") else "token"
        return Settings("us-east-1", None, key, "secret", token, endpoints, read_attempts=1)

    def look(self, *steps: DeviceStep | UserStep | GrantStep, key: str | None = None, **how: Any) -> Live:
        """A review of these steps; its clock jumps."""
        how.setdefault("limits", Limits(retry_deadline=4))
        engine = how.pop("engine", "pulumi")
        return read_live(self.settings(key), preview(*steps, engine=engine), clock=self.time.clock(), **how)

    def facts(self, *steps: DeviceStep | UserStep | GrantStep, **how: Any) -> Facts:
        """Of the only holder."""
        (facts,) = self.look(*steps, **how).holders
        return facts

    def role(self, name: str, *statements: dict[str, Any]) -> str:
        """A role that may do this and nothing else; returns its ARN."""
        key = {"account": self.account, "role": name, "policies": [document(*statements)]}
        self.box.add({"keys": {f"ASIR{self.account}{name[-4:]}": key}})
        return f"arn:aws:iam::{self.account}:role/{name}"

    def user_arn(self, name: str = "alice") -> str:
        return f"arn:aws:iam::{self.account}:user/{name}"

    def give(self, user: str, *statements: dict[str, Any], name: str = "inline") -> None:
        """An inline policy."""
        body = json.dumps(document(*statements))
        self.admin().put_user_policy(UserName=user, PolicyName=name, PolicyDocument=body)

    def group(self, name: str, *users: str, attached: str | None = None, inline: dict[str, Any] | None = None) -> None:
        """A group of users with a policy."""
        iam = self.admin()
        iam.create_group(GroupName=name)
        for user in users:
            iam.add_user_to_group(GroupName=name, UserName=user)
        if attached:
            iam.attach_group_policy(GroupName=name, PolicyArn=attached)
        if inline:
            iam.put_group_policy(GroupName=name, PolicyName="inline", PolicyDocument=json.dumps(document(inline)))


def by_name(live: Live) -> dict[str, Facts]:
    return {str(facts.holder): replace(facts) for facts in live.holders}
