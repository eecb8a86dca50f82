"""DeactivateMFADevice until AWS answers it. The call names the pair, so it can be repeated (rule 10)."""

from __future__ import annotations

from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity, ServiceFailure
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.enable import explain_denial
from mfa_association.lifecycle.held import Seen, is_of_somebody_new, look
from mfa_association.lifecycle.model import Association


class NotHeld(Exception):
    """The user turned out not to hold the device. ``lost``: an earlier answer was lost, so it may have been our doing."""

    def __init__(self, *, lost: bool) -> None:
        self.lost = lost


class SomebodyNew(Exception):
    """Another user of the same name registered the device."""


def deactivate(context: AccountContext, saved: Association, seen: Seen, most: float | None = None) -> None:
    """Take the device from the saved user. ``most``: seconds to try for, else the retry deadline.

    A look never stands for the success of the call; NoSuchEntity does once a fresh list confirms it. Whoever has the
    name is looked at again before each repetition. Raises ``NotHeld``, ``SomebodyNew`` or an ``AwsError``: the last one
    whose answer was lost, if any was.
    """
    patience = _Patience(context)
    deadline = context.limits.retry_deadline if most is None else most
    lost: AwsError | None = None
    while True:
        try:
            context.write(lambda: context.iam.deactivate_mfa_device(saved.user_name, saved.serial_number))
            return
        except NoSuchEntity as fault:
            if seen.is_listed:
                seen = look(context, saved)
            if not seen.is_listed:
                raise NotHeld(lost=lost is not None) from None
            if not patience.wait("lag", context.limits.propagation):
                raise patience.told(fault) from None
        except ServiceFailure as fault:
            lost = fault if seen.is_listed is not False else lost
            if seen.is_listed is False and not patience.wait("unbound", context.limits.propagation):
                raise NotHeld(lost=lost is not None) from None
            if seen.is_listed is not False and not patience.wait("trouble", deadline):
                raise patience.told(fault) from None
        except AccessDenied as denied:
            raise explain_denial(context, saved.user_name, denied) from None
        except AwsError as fault:
            if not fault.retryable:
                raise
            lost = fault if fault.unclear else lost
            if not patience.wait("trouble", deadline):
                raise patience.told(lost or fault) from None
        seen = _look_patiently(context, saved, seen)
        if is_of_somebody_new(context, saved, seen):
            raise SomebodyNew


class _Patience:
    """How long each kind of trouble was waited for."""

    def __init__(self, context: AccountContext) -> None:
        self._context, self._pauses = context, context.pauses()
        self._since: dict[str, float] = {}
        self._spent = 0.0

    def wait(self, trouble: str, most: float) -> bool:
        """Sleep; False once this trouble took ``most`` seconds."""
        now = self._context.clock.monotonic()
        self._spent = now - self._since.setdefault(trouble, now)
        if self._spent >= most:
            return False
        self._context.clock.sleep(min(next(self._pauses), most - self._spent))
        return True

    def told(self, fault: AwsError) -> AwsError:
        """The fault, saying for how long it was tried."""
        return fault.with_note(f"tried for {self._spent:.0f} s")


def _look_patiently(context: AccountContext, saved: Association, before: Seen) -> Seen:
    """Look again; a look that AWS does not answer now leaves it to the next call."""
    try:
        return look(context, saved)
    except AwsError as fault:
        if fault.retryable:
            return before
        raise
