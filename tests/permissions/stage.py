"""A stage whose key is under policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mfa_association import lifecycle
from mfa_association.aws.iam import Iam
from mfa_association.aws.reader import Reader
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import Association, Limits
from mfa_association.validation import ROOT_USER, parse_serial_number
from tests.support.stage import Stage, virtual

from .policies import Document

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

    def reader(self) -> Reader:
        """Bulk reads under these policies."""
        return Reader(self.settings(), Limits(retry_deadline=1), self.time.clock())

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
        return Association(ROOT_USER, parse_serial_number(serial), True, self.member)

    def root_run(self) -> lifecycle.AccountContext:
        return self.run(iam=RootIam(self.settings(), self.member))
