"""Who is calling: access keys, the principals behind them, and what they may not do."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from moto.iam.models import User

from .accounts import Account
from .errors import Refused


@dataclass(frozen=True)
class Caller:
    """The principal behind an access key: an IAM user, the root user, or a session of a role."""

    key: str
    account: Account
    user: User | None = None
    role: str | None = None
    session: str = "sandbox"
    deny: Collection[str] = frozenset()
    tasks: Collection[str] | None = None
    """The only actions allowed (the task policy of an AssumeRoot session); None allows all."""
    expired: bool = False

    @property
    def arn(self) -> str:
        """The ARN that GetCallerIdentity and denials name."""
        if self.user:
            return str(self.user.arn)
        if self.role:
            return self.account.arn(f"assumed-role/{self.role.split('/')[-1]}/{self.session}", "sts")
        return self.account.arn("root")

    @property
    def identity(self) -> str:
        """The UserId that GetCallerIdentity names."""
        if self.user:
            return str(self.user.id)
        return f"AROASANDBOX{zlib.crc32(self.role.encode()):010}:{self.session}" if self.role else self.account.number

    @property
    def is_root(self) -> bool:
        """Whether this is the account's root user."""
        return self.user is None and self.role is None

    @property
    def long_term(self) -> bool:
        """Whether the key is an IAM user's own, not a session's."""
        return self.user is not None and self.key.startswith("AKIA")


def authorize(caller: Caller, service: str, action: str, form: Mapping[str, str]) -> None:
    """Refuse an expired token, and what the caller's key or task policy denies."""
    if caller.expired:
        raise Refused("ExpiredToken")
    name = f"{service}:{action}"
    if caller.tasks is not None and name not in caller.tasks:
        raise _denied(caller, name, form, " because no session policy allows the " + name + " action")
    if name in caller.deny or f"{service}:*" in caller.deny:
        policy = "a service control policy" if caller.is_root else "an identity-based policy"
        raise _denied(caller, name, form, f" with an explicit deny in {policy}")


def _denied(caller: Caller, name: str, form: Mapping[str, str], reason: str) -> Refused:
    if name.startswith("sts:"):
        reason = ""
    resource = _resource(caller, form)
    return Refused(
        "AccessDenied", f"User: {caller.arn} is not authorized to perform: {name} on resource: {resource}{reason}"
    )


def _resource(caller: Caller, form: Mapping[str, str]) -> str:
    if "UserName" in form:
        return f"user {form['UserName']}"
    if "TargetPrincipal" in form:
        return f"arn:{caller.account.partition}:iam::{form['TargetPrincipal']}:root"
    return form.get("RoleArn") or ("*" if caller.is_root else form.get("SerialNumber", "*"))
