"""A new ``renew`` value: arm a device again on purpose. Nothing else ever does."""

from __future__ import annotations

from mfa_association.aws.errors import AwsError, InvalidAuthenticationCode
from mfa_association.aws.iam import find_serial
from mfa_association.lifecycle.codes import Codes
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.create import active, take
from mfa_association.lifecycle.enable import look_for_user
from mfa_association.lifecycle.model import Association, Declaration
from mfa_association.lifecycle.refusals import RenewRefused, ResyncUnknown
from mfa_association.validation import ROOT_USER


def renew(context: AccountContext, saved: Association, wanted: Declaration) -> Association:
    """Enable a device that its holder lost, or resync one that it holds. Needs codes or a seed.

    Raises ``RenewRefused`` (nothing changed), ``ResyncUnknown``, another ``Refusal`` or an ``AwsError``.
    """
    with context.declaring(wanted, saved) as pair:
        if not wanted.can_enable:
            by_hand = wanted.kind == "fido" or wanted.user_name == ROOT_USER
            raise RenewRefused(wanted.user_name, wanted.serial_number, by_hand=by_hand)
        devices = look_for_user(context, wanted)
        device = find_serial(devices, wanted.serial_number)
        if device is None:
            return context.ledger.settle(pair, take(context, wanted, devices))
        _resync(context, wanted, Codes(context, wanted))
        return context.ledger.settle(pair, active(context, wanted, device))


def _resync(context: AccountContext, wanted: Declaration, codes: Codes) -> None:
    """ResyncMFADevice until it is answered; whether a lost one took effect cannot be seen."""

    def write() -> None:
        try:
            context.iam.resync_mfa_device(wanted.user_name, wanted.serial_number, codes.pair())
        except AwsError as fault:
            if fault.unclear and wanted.codes:
                raise ResyncUnknown(wanted.user_name, wanted.serial_number, str(fault)) from None
            raise

    try:
        context.write_until_confirmed(write, lambda: False)
    except InvalidAuthenticationCode:
        if not codes.refused():
            raise
        _resync(context, wanted, codes)
