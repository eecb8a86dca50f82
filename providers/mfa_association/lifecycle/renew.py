"""A new ``renew`` value: arm a device again on purpose. Nothing else ever does."""

from __future__ import annotations

from mfa_association.aws.errors import AwsError, InvalidAuthenticationCode
from mfa_association.aws.iam import find_serial
from mfa_association.lifecycle.bind import active, take
from mfa_association.lifecycle.codes import Codes
from mfa_association.lifecycle.enable import look_for_user
from mfa_association.lifecycle.model import Association, Declaration
from mfa_association.lifecycle.refusals import RenewRefused, ResyncUnknown
from mfa_association.lifecycle.run import Run


def renew(run: Run, saved: Association, wanted: Declaration) -> Association:
    """Enable a device that its holder lost, or resync one that it holds. Needs codes or a seed.

    Raises ``RenewRefused`` (nothing changed), ``ResyncUnknown``, another ``Refusal`` or an ``AwsError``.
    """
    with run.declaring(wanted, saved) as pair:
        if not wanted.can_enable:
            raise RenewRefused(wanted.user_name, wanted.serial_number, by_hand=wanted.is_enabled_by_hand)
        devices = look_for_user(run, wanted)
        device = find_serial(devices, wanted.serial_number)
        if device is None:
            return run.ledger.settle(pair, take(run, wanted, devices))
        _resync(run, wanted, Codes(run, wanted))
        return run.ledger.settle(pair, active(run, wanted, device))


def _resync(run: Run, wanted: Declaration, codes: Codes) -> None:
    """ResyncMFADevice until it is answered; whether a lost one took effect cannot be seen."""

    def write() -> None:
        try:
            run.iam.resync_mfa_device(wanted.user_name, wanted.serial_number.text, codes.pair())
        except AwsError as fault:
            if fault.unclear and wanted.codes:
                raise ResyncUnknown(wanted.user_name, wanted.serial_number, fault) from None
            raise

    try:
        run.insist(write, lambda: False)
    except InvalidAuthenticationCode:
        if not codes.refused():
            raise
        _resync(run, wanted, codes)
