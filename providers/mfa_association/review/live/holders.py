"""What AWS says of one holder: an IAM user in the caller's account, or the root user of a member account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import User
from mfa_association.aws.iam import Device
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import open_session
from mfa_association.inventory.rights import judge
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import Facts, Holder, NotChecked
from mfa_association.review.live.reads import LiveReads
from mfa_association.review.live.rights import UserSource
from mfa_association.validation import ROOT_USER

_GONE: list[Device] = []
"""What stands for the devices of a user who does not exist; compared by identity."""


@dataclass(frozen=True)
class Seen:
    """A holder's facts, and where AWS told them its ARN and unique id; None too for one who does not exist."""

    facts: Facts
    arn: str | None = None
    user_id: str | None = None


class Holders:
    """The looks at holders of one account. Safe between threads."""

    def __init__(self, reads: LiveReads, account: str, source: UserSource) -> None:
        """``account``: the ARN of the account's entities up to their kind, ``arn:aws:iam::111122223333``."""
        self._cells, self._account, self._source = reads, account, source
        self._credentials = Credentials(open_session(reads.reader.settings))

    def look(self, holder: Holder) -> Seen:
        """All cells of one holder, each known or not checked."""
        return self._root(holder) if holder.root_account_id else self._user(holder, str(holder.user_name))

    def devices(self, user_name: str) -> list[Device] | NotChecked:
        """The devices of a user; none where there is no such user."""
        return self._cells.read(lambda: self._cells.reader.iam.list_mfa_devices(user_name), [])

    def _user(self, holder: Holder, name: str) -> Seen:
        """Passwords, access keys and devices are always asked for: no list of the account tells them."""
        read, iam = self._cells.read, self._cells.reader.iam
        user = self._source.user(name)
        if user is None:
            return Seen(absent(holder))
        devices = read(lambda: iam.list_mfa_devices(name), _GONE)
        if devices is _GONE:
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
        have = self._source.rights(name)
        known, untold = (User(name, "", "/"), user) if isinstance(user, NotChecked) else (user, None)
        arn = known.arn or f"{self._account}:user/{name}"
        verdict = judge(have.policies, arn, known.boundary, have.unread or untold)
        facts = replace(
            facts,
            administrator=verdict.administrator,
            administrator_by=verdict.by,
            groups=have.groups,
            policies=have.own,
        )
        return Seen(facts, known.arn, known.user_id or None)

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
            groups=(),
            policies=(),
        )
        return Seen(facts)


def absent(holder: Holder) -> Facts:
    """A user who does not exist (yet): nothing to sign in with."""
    return Facts(holder, False, (), False, 0, "no", None, groups=(), policies=())


def unknown(holder: Holder, why: NotChecked) -> Facts:
    """A holder of whom nothing was checked."""
    administrator = "yes" if holder.root_account_id else why
    return Facts(holder, why, why, why, why, administrator, why, groups=why, policies=why)  # type: ignore[arg-type]


def unfound(facts: Facts, why: NotChecked) -> Facts:
    """A holder under a name that somebody else, or nobody, may have now: only whether there is one of the name is known."""
    return replace(unknown(facts.holder, why), exists=facts.exists)


def _serials(devices: list[Device] | NotChecked) -> tuple[str, ...] | NotChecked:
    if isinstance(devices, NotChecked):
        return devices
    return tuple(sorted((device.serial_number for device in devices), key=str.lower))


def _moment(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
