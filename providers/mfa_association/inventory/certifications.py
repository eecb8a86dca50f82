"""What FIDO keys are certified for (GetMFADevice): one call for each key, none for other devices. IAM has no list of it."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.errors import AwsError, NoSuchEntity
from mfa_association.aws.reader import Reader, all_alike
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.snapshot import Certifications, HeldDevice, Snapshot
from mfa_association.validation import FIDO


def with_certifications(reader: Reader, found: Snapshot) -> Snapshot:
    """The snapshot with the certifications of its users' FIDO keys. Root users may not ask for theirs (task policies)."""
    keys = [(user.name, device.serial_number) for user in found.users for device in user.devices if device.kind is FIDO]
    answers = dict(reader.each("certifications", keys, lambda key: reader.iam.certifications(*key)))
    faults = [
        fault for fault in answers.values() if isinstance(fault, AwsError) and not isinstance(fault, NoSuchEntity)
    ]
    cells = {serial: _cell(answer) for (_, serial), answer in answers.items()}
    users = tuple(replace(user, devices=tuple(_with(device, cells) for device in user.devices)) for user in found.users)
    told = (all_alike(faults, "FIDO keys"),) if faults else ()
    return replace(found, users=users, not_checked=(*found.not_checked, *told))


def _cell(answer: Certifications | AwsError) -> Certifications | NotChecked:
    return NotChecked(answer.cause) if isinstance(answer, AwsError) else answer


def _with(device: HeldDevice, cells: dict[str, Certifications | NotChecked]) -> HeldDevice:
    return replace(device, certifications=cells.get(device.serial_number, device.certifications))


def device_certifications(device: HeldDevice) -> Certifications | NotChecked:
    """Of every device: IAM tells those of a FIDO key, and other kinds have none."""
    return device.certifications if device.kind is FIDO else ()


def satisfies(told: Certifications, required: str) -> bool:
    """Whether one of the certifications is the required one, or one of its editions (``FIPS-140-2`` for ``FIPS-140``)."""
    names = [name.upper() for name, _ in told]
    return any(name == required.upper() or name.startswith(f"{required.upper()}-") for name in names)


def shown(told: Certifications) -> str:
    """Certifications as a sentence names them."""
    return ", ".join(" ".join(one) for one in told)
