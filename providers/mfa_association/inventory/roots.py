"""The root users of member accounts, each in an AssumeRoot session for audits."""

from __future__ import annotations

from mfa_association.aws.errors import AwsError
from mfa_association.aws.iam import Device
from mfa_association.aws.root import RootIam
from mfa_association.grammar import ROOT_USER
from mfa_association.inventory.snapshot import Holder, held, in_order
from mfa_association.reads.reader import Reader


def read_roots(reader: Reader, accounts: tuple[str, ...]) -> tuple[tuple[Holder, ...], tuple[str, ...]]:
    """The root users of these accounts with all their devices, and a sentence for each that cannot be read."""
    unread: list[str] = []
    found: list[Holder] = []
    for account, answer in reader.each("root users", accounts, lambda account: _devices(reader, account)):
        if isinstance(answer, AwsError):
            unread.append(str(answer))
            found.append(Holder(ROOT_USER, complete=False, root_account_id=account))
        else:
            devices = in_order([held(device.serial_number, device.enable_date) for device in answer])
            found.append(Holder(ROOT_USER, devices, root_account_id=account))
    return tuple(found), tuple(unread)


def _devices(reader: Reader, account: str) -> list[Device]:
    return RootIam(reader.settings, account).list_mfa_devices(ROOT_USER)
