"""The root users of member accounts, each in an AssumeRoot session for audits."""

from __future__ import annotations

from mfa_association.aws.errors import AwsError
from mfa_association.aws.iam import Device
from mfa_association.aws.root import RootIam
from mfa_association.inventory.snapshot import ListedHolder, held_device, in_order
from mfa_association.reads.reader import Reader
from mfa_association.validation import ROOT_USER


def read_roots(reader: Reader, accounts: tuple[str, ...]) -> tuple[tuple[ListedHolder, ...], tuple[str, ...]]:
    """The root users of these accounts with all their devices, and a sentence for each that cannot be read."""
    unread: list[str] = []
    found: list[ListedHolder] = []
    for account, answer in reader.each("root users", accounts, lambda account: _devices(reader, account)):
        if isinstance(answer, AwsError):
            unread.append(str(answer))
            found.append(ListedHolder(ROOT_USER, complete=False, root_account_id=account))
        else:
            devices = in_order([held_device(device.serial_number, device.enable_date) for device in answer])
            found.append(ListedHolder(ROOT_USER, devices, root_account_id=account))
    return tuple(found), tuple(unread)


def _devices(reader: Reader, account: str) -> list[Device]:
    return RootIam(reader.settings, account).list_mfa_devices(ROOT_USER)
