"""DeactivateMFADevice until AWS answers it. The call names the pair, so it can be repeated (rule 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity, ServiceFailure
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.enable import explain_denial
from mfa_association.lifecycle.guards import Seen, is_of_somebody_new, look_at_devices
from mfa_association.lifecycle.model import Association


class NotHeld(Exception):
    """The user turned out not to hold the device. ``lost``: an earlier answer was lost, so it may have been our doing."""

    def __init__(self, *, lost: bool) -> None:
        self.lost = lost


class SomebodyNew(Exception):
    """Another user of the same name registered the device."""


def deactivate(context: AccountContext, saved: Association, seen: Seen, most: float | None = None) -> None:
    """Take the device from the saved user. ``most``: seconds to try for, else the retry deadline.

    A list never counts as the success of the call; NoSuchEntity does once a fresh list confirms it. Before each
    repetition it is checked again whether the name still belongs to the same user. Raises ``NotHeld``, ``SomebodyNew``
    or an ``AwsError``: the last one whose answer was lost, if any was.
    """
    attempts = _Attempts(context, saved, seen, context.limits.retry_deadline if most is None else most)
    call = partial(context.iam.deactivate_mfa_device, saved.user_name, saved.serial_number.text)
    while True:
        try:
            context.write(call)
            return
        except AwsError as fault:
            attempts.wait_after(fault)


@dataclass
class _Attempts:
    """What is known after the attempts so far: what was seen, what was lost, and how long each trouble was waited for."""

    context: AccountContext
    saved: Association
    seen: Seen
    deadline: float
    lost: AwsError | None = None
    since: dict[str, float] = field(default_factory=dict)
    spent: float = 0.0
    waits: int = 0

    def wait_after(self, fault: AwsError) -> None:
        """Wait for the next attempt, or raise how it ended."""
        if isinstance(fault, NoSuchEntity):
            self._wait_for_lists(fault)
        elif isinstance(fault, AccessDenied):
            raise explain_denial(self.context, self.saved.user_name, fault) from None
        elif isinstance(fault, ServiceFailure) and self.seen.is_listed is False:
            if not self._wait("unbound", self.context.limits.propagation):
                raise NotHeld(lost=self.lost is not None) from None
        elif fault.retryable:
            self.lost = fault if fault.unclear else self.lost
            if not self._wait("trouble", self.deadline):
                raise self._tried(self.lost or fault) from None
        else:
            raise fault
        self._look_again()

    def _wait_for_lists(self, fault: NoSuchEntity) -> None:
        """The call says that the user does not hold it: it may only be older than the list."""
        if self.seen.is_listed:
            self.seen = look_at_devices(self.context, self.saved)
        if not self.seen.is_listed:
            raise NotHeld(lost=self.lost is not None) from None
        if not self._wait("lag", self.context.limits.propagation):
            raise self._tried(fault) from None

    def _look_again(self) -> None:
        """Read the list again; where AWS does not answer, the next call decides."""
        try:
            self.seen = look_at_devices(self.context, self.saved)
        except AwsError as fault:
            if not fault.retryable:
                raise
        if is_of_somebody_new(self.context, self.saved, self.seen):
            raise SomebodyNew

    def _wait(self, trouble: str, most: float) -> bool:
        """Sleep; False once this trouble took ``most`` seconds."""
        now = self.context.clock.monotonic()
        self.spent = now - self.since.setdefault(trouble, now)
        if self.spent >= most:
            return False
        self.waits += 1
        self.context.clock.sleep(min(self.context.retries.pause(self.waits), most - self.spent))
        return True

    def _tried(self, fault: AwsError) -> AwsError:
        """The fault, saying for how long it was tried."""
        return fault.with_note(f"tried for {self.spent:.0f} s")
