"""Why the lifecycle refuses: one class a cause, one sentence each, saying what was left unchanged."""

from __future__ import annotations

from typing import final

from mfa_association.errors import MfaError


class Refusal(MfaError):
    """The lifecycle will not go on; AWS is as the sentence says."""


@final
class WrongAccount(Refusal):
    """The credentials belong to another account than the device."""

    def __init__(self, serial_number: str, wanted: str, found: str) -> None:
        super().__init__(
            f"using MFA device ({serial_number}): it belongs to AWS account {wanted}, the credentials in use to "
            f"{found}; nothing was changed, use credentials of account {wanted}"
        )


@final
class UserMissing(Refusal):
    """The declared user does not exist."""

    def __init__(self, user_name: str, serial_number: str, account_id: str) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): account {account_id} has no such user; "
            "nothing was changed, correct user_name or create the user first"
        )


@final
class DeviceMissing(Refusal):
    """The declared device does not exist."""

    def __init__(self, user_name: str, serial_number: str) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): there is no such device; "
            "nothing was changed, correct serial_number or create the device first"
        )


@final
class HeldByAnother(Refusal):
    """Somebody else holds the device; ``holder`` is None where IAM does not tell."""

    def __init__(self, user_name: str, serial_number: str, holder: str | None) -> None:
        by = holder or "another user, not determined (IAM tells the holder of virtual devices only)"
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): it is held by {by}; "
            "nothing was changed, remove it from its present holder first"
        )


@final
class NotActive(Refusal):
    """``require_active`` is set, and the user does not hold the device."""

    def __init__(self, user_name: str, serial_number: str) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): {user_name} does not hold it and "
            "require_active is set; nothing was changed, let the user register it first, or give two codes"
        )


@final
class MoveRefused(Refusal):
    """A move that could not be finished is not begun."""

    def __init__(self, serial_number: str, old: str, new: str, cause: str, advice: str) -> None:
        super().__init__(
            f"moving MFA device ({serial_number}) from user ({old}) to user ({new}): {cause}; "
            f"nothing was changed, {advice}"
        )


@final
class MoveBroken(Refusal):
    """The old holder lost the device and the new one did not get it."""

    def __init__(self, serial_number: str, old: str, new: str, cause: str) -> None:
        super().__init__(
            f"moving MFA device ({serial_number}) from user ({old}) to user ({new}): it was deactivated for {old}, "
            f"then: {cause}; nobody holds it now, run again with two fresh codes"
        )


@final
class RenewRefused(Refusal):
    """A new ``renew`` value without anything to renew with."""

    def __init__(self, user_name: str, serial_number: str) -> None:
        super().__init__(
            f"renewing MFA device ({serial_number}) of user ({user_name}): there are neither codes nor a seed; "
            "nothing was changed, give two fresh codes, a seed or a seed_source together with the new renew value"
        )


@final
class ResyncUnknown(Refusal):
    """The answer to a resync with given codes was lost."""

    def __init__(self, user_name: str, serial_number: str, cause: str) -> None:
        super().__init__(
            f"resyncing MFA device ({serial_number}) of user ({user_name}): whether it took effect is unknown "
            f"({cause}); run again with another renew value and two fresh codes"
        )


@final
class LastDevice(Refusal):
    """``on_last_device`` is ``refuse``. ``sure``: everything was found out, and speaks against it."""

    def __init__(self, user_name: str, serial_number: str, why: str, before: str, *, sure: bool) -> None:
        self.sure = sure
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): {why}, and on_last_device is refuse; "
            f"nothing was changed, {before} or run once with MFA_ASSOCIATION_ON_LAST_DEVICE=allow"
        )


@final
class TooManyRemovals(Refusal):
    """More deactivations in one run than allowed."""

    def __init__(self, user_name: str, serial_number: str, limit: int) -> None:
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): this run has already deactivated "
            f"{limit}, as many as mfa:maxRemovals allows; this device was not changed, check the roster, then run "
            "again or once with MFA_ASSOCIATION_MAX_REMOVALS=N"
        )


@final
class DeclaredButFailed(Refusal):
    """The device is declared under another name in this run, but that failed."""

    def __init__(self, user_name: str, serial_number: str) -> None:
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): it is declared again under another "
            "resource name, which failed in this run; nothing was changed, mend that failure and run again"
        )


@final
class NothingToImport(Refusal):
    """What is to be imported is not held, or nobody knows by whom."""

    def __init__(self, serial_number: str, cause: str, advice: str) -> None:
        super().__init__(f"importing MFA device ({serial_number}): {cause}; nothing was changed, {advice}")
