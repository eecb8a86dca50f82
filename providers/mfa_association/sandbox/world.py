"""Everything the sandbox knows: accounts, keys, its clock, and the past that lagging readers see."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection
from dataclasses import replace
from threading import RLock

from moto.iam.models import User
from moto.sts.models import sts_backends

from .accounts import Account, View
from .callers import Caller
from .errors import Refused
from .organization import Organization

DEFAULT_ACCOUNT = "123456789012"
LARGEST_PAGE = 1000
"""The most items of one page of any list of IAM (API reference, MaxItems)."""


class SandboxState:
    """The state of one sandbox. Whoever reads or changes it holds `lock`."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.accounts: dict[str, Account] = {}
        self.keys: dict[str, Caller] = {}
        self.organization: Organization | None = None
        self.default_account: str | None = None
        self.strict_keys = False
        self.skew = 0.0
        self.lag = 0.0
        self.largest_page = LARGEST_PAGE
        self.past: deque[tuple[float, dict[str, View]]] = deque()

    def now(self) -> float:
        """The sandbox's clock, in seconds since 1970."""
        return time.time() + self.skew

    def account(self, number: str | None = None, partition: str = "aws") -> Account:
        """An account; one nobody has heard of yet comes into being, empty."""
        number = number or self.default_account or DEFAULT_ACCOUNT
        if number not in self.accounts:
            self.accounts[number] = Account(number, partition)
        return self.accounts[number]

    def caller(self, key: str) -> Caller:
        """Who is behind an access key: seeded, made by IAM or STS here, or (unless keys are strict) anybody."""
        caller = self.keys.get(key) or self._user_key(key) or self._role_key(key)
        gone = caller and caller.user and not caller.account.live.by_id(caller.user.id)
        if gone or (not caller and self.strict_keys):
            raise Refused("InvalidClientTokenId")
        return caller or Caller(key, self.account(), role="Administrator")

    def _user_key(self, key: str) -> Caller | None:
        for account in self.accounts.values():
            if key in account.backend.access_keys:
                user = next((user for user in account.backend.users.values() if user.has_access_key(key)), None)
                return self.with_policies(Caller(key, account, user)) if user else None
        return None

    def _role_key(self, key: str) -> Caller | None:
        for number, account in self.accounts.items():
            session = sts_backends[number][account.partition].get_assumed_role_from_access_key(key)
            if session:
                role = session.role_arn.partition(":role/")[2]
                return self.with_policies(Caller(key, account, role=role, session=session.session_name))
        return None

    def with_policies(self, caller: Caller) -> Caller:
        """The caller with the identity policies that the seed gave to a key of the same user or role."""
        same = (one.policies for one in self.keys.values() if one.policies is not None and one.is_principal(caller))
        return replace(caller, policies=next(same, None))

    def denied_to_root(self, account: Account) -> Collection[str]:
        """What service control policies deny the root user of an account."""
        exempt = self.organization and not self.organization.governs(account.number)
        return () if exempt else account.scp_deny_root

    def set_lag(self, seconds: float) -> None:
        """Let reads answer from the state as of so many seconds ago, beginning with the state now."""
        self.lag = seconds
        self.past.clear()
        if seconds:
            self.wrote()

    def wrote(self) -> None:
        """Remember the state after a write, and forget what no reader can see any more."""
        if not self.lag:
            return
        self.past.append((time.monotonic(), {number: one.snapshot() for number, one in self.accounts.items()}))
        while len(self.past) > 1 and self.past[1][0] <= time.monotonic() - self.lag:
            self.past.popleft()

    def view(self, account: Account) -> View:
        """The account as a reader sees it."""
        if not self.lag:
            return account.live
        seen = [views for moment, views in self.past if moment <= time.monotonic() - self.lag]
        views = seen[-1] if seen else self.past[0][1]
        return views.get(account.number, View({}, {}))


def user_of(caller: Caller, name: str | None, view: View) -> User | None:
    """The user an action is about: the one named, or else the caller. None is the root user."""
    if name is not None:
        return view.user(name)
    if caller.role:
        raise Refused("ValidationError", "Must specify userName when calling with non-User credentials")
    return caller.user
