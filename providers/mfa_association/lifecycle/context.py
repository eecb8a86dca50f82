"""What the lifecycle works with in one account: the calls, the locks, the limits, and where warnings go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from mfa_association.aws.errors import AccessDenied, AwsError
from mfa_association.aws.iam import Device, Iam
from mfa_association.aws.retry import Clock, Retries, RetryLimits
from mfa_association.lifecycle.directory import CachedRead, DeviceLookup, read_virtual_devices
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.lifecycle.model import Association, Declaration, Pair
from mfa_association.lifecycle.refusals import WrongAccount
from mfa_association.validation import SerialNumber


@dataclass(frozen=True)
class Limits(RetryLimits):
    """``max_removals``: how many deactivations one operation may make; None: any number."""

    max_removals: int | None = None


def _silent(message: str) -> None:
    """Drop a message."""


@dataclass
class AccountContext:
    """Everything the lifecycle needs, for one account. Shared between an engine's threads."""

    iam: Iam
    ledger: Ledger = field(default_factory=Ledger)
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    warn: Callable[[str], None] = _silent
    note: Callable[[str], None] = _silent

    def __post_init__(self) -> None:
        self.retries = Retries(self.limits, self.clock)
        walk = partial(self.retries.read, self.iam.list_virtual_mfa_devices)
        virtual_devices = CachedRead(partial(read_virtual_devices, walk), self.ledger, self.clock.monotonic)
        self.directory = DeviceLookup(self.devices, virtual_devices)

    def account_for(self, serial_number: SerialNumber, saved: str | None = None) -> str:
        """The account of the credentials, which must be the device's own. Raises ``WrongAccount``."""
        actual = self.retries.read(lambda: self.iam.caller).account_id
        wanted = saved or serial_number.account_id or actual
        if wanted != actual:
            raise WrongAccount(serial_number, wanted, actual)
        return actual

    @contextmanager
    def declaring(self, wanted: Declaration, saved: Association | None = None) -> Iterator[Pair]:
        """Check the account and hold the declared user (and the saved one); what fails in the block is noted as failed.

        Noted before anything can fail, and again before the user's lock is let go. Yields the pair in its account.
        """
        users = {wanted.user_name, saved.user_name if saved else wanted.user_name}
        with self.ledger.declaring(wanted.pair):
            account_id = self.account_for(wanted.serial_number, saved.account_id if saved else None)
            pair = replace(wanted.pair, account_id=account_id)
            with self.ledger.lock_users(self, account_id, *users), self.ledger.declaring(pair):
                yield pair

    def user_id(self, user_name: str, *, bulk: bool) -> str | None:
        """A user's unique id: from the walk if ``bulk`` and it has it, else from GetUser; None where neither has it."""
        try:
            listed = self.directory.user_id(user_name) if bulk else None
            return listed or self.retries.read(partial(self.iam.user_id, user_name))
        except AccessDenied:
            self.warn(
                f"the unique id of {user_name} could not be read (AccessDenied), so a rename will not be noticed: "
                "allow iam:GetUser"
            )
        except AwsError:
            pass
        return None

    def devices(self, user_name: str) -> list[Device]:
        """What a user holds by now. ``NoSuchEntity``: no such user."""
        return self.retries.read(partial(self.iam.list_mfa_devices, user_name))

    def write(self, call: Callable[[], None]) -> None:
        """Make a write. Every cached result is out of date afterwards, unless AWS plainly refused the write."""
        try:
            call()
        except AwsError as fault:
            if fault.unclear:
                self.ledger.invalidate_caches()
            raise
        self.ledger.invalidate_caches()

    def write_until_confirmed(
        self, call: Callable[[], None], is_done: Callable[[], bool], also_retry: tuple[type[AwsError], ...] = ()
    ) -> AwsError | None:
        """``Retries.write_until_confirmed``, where every attempt is a ``write``."""
        return self.retries.write_until_confirmed(lambda: self.write(call), is_done, also_retry)
