"""Import: an association that exists already, by its device, or by its device and holder."""

from __future__ import annotations

from contextlib import suppress

from mfa_association.aws.errors import AccessDenied, NoSuchEntity
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.create import active
from mfa_association.lifecycle.model import Association, Declaration, Pair
from mfa_association.lifecycle.refusals import NothingToImport
from mfa_association.validation import SerialNumber, same


def import_existing(context: AccountContext, serial_number: SerialNumber, user_name: str | None = None) -> Association:
    """The association as IAM has it; without ``user_name`` IAM is asked for the holder.

    Raises ``NothingToImport``, ``WrongAccount`` or an ``AwsError``.
    """
    context.account_for(serial_number)
    holder = user_name or _holder(context, serial_number)
    wanted = Declaration(holder, serial_number)
    try:
        device = context.directory.find_held_device(holder, serial_number)
    except NoSuchEntity:
        raise NothingToImport(serial_number, f"there is no user {holder}", "correct the name") from None
    if device is None:
        raise NothingToImport(
            serial_number, _instead(context, serial_number, holder), "import it once the user holds it"
        )
    return active(context, wanted, device)


def _holder(context: AccountContext, serial_number: SerialNumber) -> str:
    """The holder of a virtual device, as IAM lists it, or of a FIDO key, as its ARN says."""
    if serial_number.registered_by:
        return serial_number.registered_by
    if not serial_number.kind.holder_is_listed:
        cause = "IAM shows the holders of virtual devices only"
        raise NothingToImport(serial_number, cause, "give the user too: USER/SERIAL")
    entity = context.directory.find(serial_number, fresh=True)
    if entity is None:
        raise NothingToImport(serial_number, "there is no such device", "correct the serial number")
    if entity.user_arn is None:
        raise NothingToImport(
            serial_number, "nobody holds it", "declare it instead: it is adopted once it is registered"
        )
    if entity.user_name is None:
        raise NothingToImport(serial_number, "the root user holds it", "give the account too: root:ACCOUNT/SERIAL")
    return entity.user_name


def _instead(context: AccountContext, serial_number: SerialNumber, holder: str) -> str:
    entity = None
    if Pair(serial_number, holder).holder_is_listed:
        with suppress(AccessDenied):
            entity = context.directory.find(serial_number)
    if entity and entity.user_name and not same(entity.user_name, holder):
        return f"{holder} does not hold it, {entity.user_name} does"
    return f"{holder} does not hold it"
