"""Why the lifecycle refuses: one class a cause, one sentence each, saying what was left unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mfa_association.errors import MfaError, Setting, Words

if TYPE_CHECKING:
    from mfa_association.lifecycle.model import Association
    from mfa_association.validation import SerialNumber


class Refusal(MfaError):
    """The lifecycle will not go on; AWS is as the sentence says."""


@final
class WrongAccount(Refusal):
    """The credentials belong to another account than the device."""

    def __init__(self, serial_number: SerialNumber, wanted: str, actual: str) -> None:
        way_out = ""
        if serial_number.account_id is None:
            way_out = ", or, if it was never held there, remove the record from the state and run again"
        super().__init__(
            f"using MFA device ({serial_number}): it belongs to AWS account {wanted}, but the credentials in use belong to "
            f"{actual}; nothing was changed, use credentials of account {wanted}{way_out}"
        )


@final
class UserMissing(Refusal):
    """The declared user does not exist."""

    def __init__(self, user_name: str, serial_number: SerialNumber, account_id: str) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): account {account_id} has no such user; "
            "nothing was changed, correct user_name or create the user first"
        )


@final
class DeviceMissing(Refusal):
    """The declared device does not exist."""

    def __init__(self, user_name: str, serial_number: SerialNumber) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): there is no such device; "
            "nothing was changed, correct serial_number or create the device first"
        )


@final
class HeldByAnother(Refusal):
    """Somebody else holds the device."""

    def __init__(self, user_name: str, serial_number: SerialNumber, holder: str | None) -> None:
        by = holder or "another user (IAM shows the holders of virtual devices only)"
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): it is held by {by}; "
            "nothing was changed, remove it from its present holder first"
        )


@final
class NotActive(Refusal):
    """``require_active`` is set, and the user does not hold the device.

    ``stays``: the codes may not enable it either; ``by_hand``: none can be given.
    """

    def __init__(
        self, user_name: str, serial_number: SerialNumber, *, stays: bool = False, by_hand: bool = False
    ) -> None:
        why, way_out = "", "let the user register it first, give two codes,"
        if stays:
            why = " (it was deactivated outside this code)"
            way_out = "let the user register it first, change renew and give fresh codes or a seed,"
        elif by_hand:
            way_out = f"let {user_name} register it in the console first,"
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): {user_name} does not hold it{why} and "
            f"require_active is set; nothing was changed, {way_out} or remove require_active"
        )


@final
class MoveRefused(Refusal):
    """A move that could not be finished is not begun."""

    def __init__(self, saved: Association, new: str, cause: str, advice: str) -> None:
        serial_number, old = saved.serial_number, saved.user_name
        super().__init__(
            f"moving MFA device ({serial_number}) from user ({old}) to user ({new}): {cause}; nothing was changed, {advice}"
        )


@final
class MoveBroken(Refusal):
    """The old holder lost the device and the new one did not get it."""

    def __init__(self, serial_number: SerialNumber, old: str, new: str, cause: Words) -> None:
        super().__init__(
            f"moving MFA device ({serial_number}) from user ({old}) to user ({new}): it was deactivated for {old}, then: ",
            cause,
            "; nobody holds it now, run again with two fresh codes",
        )


@final
class MoveTakenBack(Refusal):
    """The new holder has as many devices as IAM allows, which only the call showed; the old one has the device again.

    ``again``: it as it is now, with its new ``enable_date``.
    """

    def __init__(self, again: Association, new: str, cause: Words) -> None:
        self.again = again
        super().__init__(
            f"moving MFA device ({again.serial_number}) from user ({again.user_name}) to user ({new}): ",
            cause,
            f"; it was enabled for {again.user_name} again, so {again.user_name} holds it as before",
        )


@final
class MoveUnknown(Refusal):
    """AWS's answer to the deactivation for the old holder was lost."""

    def __init__(self, serial_number: SerialNumber, old: str, new: str, cause: Words) -> None:
        super().__init__(
            f"moving MFA device ({serial_number}) from user ({old}) to user ({new}): whether {old} still holds it is "
            "unknown (",
            cause,
            f"); it was not enabled for {new}, run again with two fresh codes or a seed",
        )


@final
class RenewRefused(Refusal):
    """You changed ``renew`` and gave neither codes nor a seed."""

    def __init__(self, user_name: str, serial_number: SerialNumber, *, by_hand: bool = False) -> None:
        why = "there are neither codes nor a seed"
        advice = "give two fresh codes, a seed or a seed_source together with the new renew value"
        if by_hand:
            why = f"only {user_name} can register it, in the console"
            advice = f"set renew back to its old value and let {user_name} register it"
        super().__init__(
            f"renewing MFA device ({serial_number}) of user ({user_name}): {why}; nothing was changed, {advice}"
        )


@final
class ResyncUnknown(Refusal):
    """AWS's answer to a resync with given codes was lost."""

    def __init__(self, user_name: str, serial_number: SerialNumber, cause: Words) -> None:
        super().__init__(
            f"resyncing MFA device ({serial_number}) of user ({user_name}): whether it took effect is unknown (",
            cause,
            "); run again with another renew value and two fresh codes",
        )


@final
class LastDevice(Refusal):
    """The user's last MFA device would go, and ``on_last_device`` is ``refuse``.

    ``sure``: everything was checked; otherwise a check was denied.
    """

    def __init__(self, user_name: str, serial_number: SerialNumber, why: str, before: str, *, sure: bool) -> None:
        self.user_name, self.serial_number, self.sure = user_name, serial_number, sure
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): {why}, and on_last_device is 'refuse'; "
            f"nothing was changed, {before} or run once with MFA_ASSOCIATION_ON_LAST_DEVICE=allow"
        )


@final
class SuccessorFailed(Refusal):
    """The user's last MFA device would go, and the new device that this run declares for the user failed."""

    def __init__(
        self, user_name: str, serial_number: SerialNumber, last: str, successor: SerialNumber, reason: Words
    ) -> None:
        self.user_name, self.serial_number, self.successor = user_name, serial_number, successor
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): {last}, and {successor}, which this run "
            f"declares for {user_name}, failed (",
            reason,
            "); nothing was changed, fix that and run again, or set "
            f"MFA_ASSOCIATION_ON_LAST_DEVICE=allow:{serial_number.name} for one run",
        )


@final
class TooManyRemovals(Refusal):
    """One run deactivates more devices than ``max_removals`` allows."""

    def __init__(self, user_name: str, serial_number: SerialNumber, limit: int) -> None:
        self.user_name, self.serial_number, self.limit = user_name, serial_number, limit
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): this run has already deactivated "
            f"{limit}, as many as ",
            Setting("max_removals"),
            " allows; this device was not changed, check the roster, then run again or once with "
            "MFA_ASSOCIATION_MAX_REMOVALS=N",
        )


@final
class DeclaredButFailed(Refusal):
    """Another resource declares the same device for the same user in this run, but it failed."""

    def __init__(self, user_name: str, serial_number: SerialNumber) -> None:
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): another resource declares the same "
            "device and failed in this run; nothing was changed, fix that and run again"
        )


@final
class StateKept(Refusal):
    """A create failed, and an earlier delete of this run had kept its device for it."""

    def __init__(self, fault: MfaError, kept: Association) -> None:
        self.kept = kept
        super().__init__(fault, "; the device was not deactivated and its record stays in the state")


@final
class UserBusy(Refusal):
    """Another run on this machine is changing the same user, for longer than ``retry_deadline``."""

    def __init__(self, user_name: str, seconds: float) -> None:
        super().__init__(
            f"waiting for user ({user_name}): another run has been changing {user_name} for {seconds:.0f} s; "
            "nothing was changed, run again once it has ended"
        )


@final
class NothingToImport(Refusal):
    """What is to be imported is not held, or its holder is not known."""

    def __init__(self, serial_number: SerialNumber, cause: str, advice: str) -> None:
        super().__init__(f"importing MFA device ({serial_number}): {cause}; nothing was changed, {advice}")
