"""What AWS says of one holder: an IAM user in the caller's account, or the root user of a member account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import User
from mfa_association.aws.iam import Device
from mfa_association.aws.policies import Policies
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import Session, open_session
from mfa_association.grammar import ROOT_USER
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import Facts, Holder, NotChecked
from mfa_association.review.live.cells import Cells
from mfa_association.review.live.powers import Powers
from mfa_association.review.rights import judge


class _Nobody:
    """The class of ``NOBODY``."""


NOBODY: Final = _Nobody()


@dataclass(frozen=True)
class Seen:
    """A holder's facts, and its ARN where AWS told it."""

    facts: Facts
    arn: str | None = None


class Holders:
    """The looks at holders of one account. Safe between threads."""

    def __init__(self, cells: Cells, account: str) -> None:
        """``account``: the ARN of the account's entities up to their kind, ``arn:aws:iam::111122223333``."""
        session: Session = open_session(cells.reader.settings)
        self._cells, self._account = cells, account
        self._credentials, self._powers = Credentials(session), Powers(cells, Policies(session))

    def look(self, holder: Holder) -> Seen:
        """All cells of one holder, each known or not checked."""
        return self._root(holder) if holder.root_account_id else self._user(holder, str(holder.user_name))

    def _user(self, holder: Holder, name: str) -> Seen:
        read, iam = self._cells.read, self._cells.reader.iam
        user = read(lambda: self._cells.reader.directory.user(name), NOBODY)
        if isinstance(user, _Nobody):
            return Seen(absent(holder))
        devices = read(lambda: iam.list_mfa_devices(name), NOBODY)
        if isinstance(devices, _Nobody):
            return Seen(absent(holder))
        keys = read(lambda: self._credentials.access_keys(name))
        facts = Facts(
            holder,
            exists=user if isinstance(user, NotChecked) else True,
            serial_numbers=_serials(devices),
            console_password=read(lambda: iam.has_password(name)),
            active_access_keys=keys if isinstance(keys, NotChecked) else sum(keys.values()),
            administrator="no",
            password_last_used=user if isinstance(user, NotChecked) else _moment(user.password_last_used),
        )
        return self._with_rights(facts, name, user)

    def _with_rights(self, facts: Facts, name: str, user: User | NotChecked) -> Seen:
        policies, unread = self._powers.of(name)
        arn = None if isinstance(user, NotChecked) else user.arn
        boundary = None if isinstance(user, NotChecked) else user.boundary
        unknown = unread or (user if isinstance(user, NotChecked) else None)
        verdict = judge(policies, arn or f"{self._account}:user/{name}", boundary, unknown)
        return Seen(replace(facts, administrator=verdict.administrator, administrator_by=verdict.by), arn)

    def _root(self, holder: Holder) -> Seen:
        root = RootIam(self._cells.reader.settings, str(holder.root_account_id))
        keys = self._cells.read(root.access_keys)
        used = self._cells.read(root.password_last_used)
        facts = Facts(
            holder,
            exists=True,
            serial_numbers=_serials(self._cells.read(lambda: root.list_mfa_devices(ROOT_USER))),
            console_password=self._cells.read(lambda: root.has_password(ROOT_USER)),
            active_access_keys=keys if isinstance(keys, NotChecked) else sum(keys.values()),
            administrator="yes",
            password_last_used=used if isinstance(used, NotChecked) else _moment(used),
            administrator_by="root user",
        )
        return Seen(facts)


def absent(holder: Holder) -> Facts:
    """A user who does not exist (yet): nothing to sign in with."""
    return Facts(holder, False, (), False, 0, "no", None)


def unknown(holder: Holder, why: NotChecked) -> Facts:
    """A holder of whom nothing was checked."""
    administrator = "yes" if holder.root_account_id else why
    return Facts(holder, why, why, why, why, administrator, why)  # type: ignore[arg-type]


def _serials(devices: list[Device] | NotChecked) -> tuple[str, ...] | NotChecked:
    if isinstance(devices, NotChecked):
        return devices
    return tuple(sorted((device.serial_number for device in devices), key=str.lower))


def _moment(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
