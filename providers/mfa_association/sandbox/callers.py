"""Who is calling: access keys and the principals behind them."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass

from moto.iam.models import User

from .accounts import Account
from .policy import Document


@dataclass(frozen=True)
class Caller:
    """The principal behind an access key: an IAM user, the root user, or a session of a role."""

    key: str
    account: Account
    user: User | None = None
    role: str | None = None
    session: str = "sandbox"
    deny: Collection[str] = frozenset()
    task: Document | None = None
    """The session policy of an AssumeRoot session, which only denies."""
    policies: tuple[Document, ...] | None = None
    """The identity policies of the user or role; None allows all."""
    mfa: bool = False
    """Whether the session was opened with an MFA code."""
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

    def is_principal(self, other: Caller) -> bool:
        """Whether both are the same user, or sessions of the same role."""
        return (self.account, self.user, self.role) == (other.account, other.user, other.role)
