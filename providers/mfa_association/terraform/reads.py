"""What the data sources read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from mfa_association.terraform.connection import Connection
from mfa_association.terraform.diagnostics import warn

if TYPE_CHECKING:
    from mfa_association.inventory.snapshot import ListedHolder

State = dict[str, Any]


def _devices(connection: Connection, config: State) -> State:
    """The devices of one user. Raises ``AwsError``; ``NoSuchEntity`` when there is no such user."""
    from mfa_association.inventory.snapshot import held_device, in_order

    context = connection.context(config)
    account_id = context.iam.caller.account_id
    devices = in_order(
        [held_device(device.serial_number, device.enable_date) for device in context.devices(config["user_name"])]
    )
    return {**config, "id": config["user_name"], "account_id": account_id, "devices": list(map(_device, devices))}


def _holders(connection: Connection, config: State) -> State:
    """The whole account. Raises ``AwsError``; what is denied is left out and warned of."""
    from mfa_association.aws.reader import Reader
    from mfa_association.inventory.walk import take

    snapshot = take(Reader(connection.settings(config.get("role_arn")), connection.config.limits))
    for sentence in snapshot.unread:
        warn(sentence)
    holders = [
        _holder(holder) for holder in (*snapshot.users, *snapshot.roots) if holder.devices or not holder.complete
    ]
    unassigned = None if snapshot.unassigned is None else list(snapshot.unassigned)
    state = {"id": snapshot.account_id, "account_id": snapshot.account_id, "holders": holders, "unassigned": unassigned}
    return {**config, **state}


def _holder(holder: ListedHolder) -> State:
    return {
        "user_name": None if holder.root_account_id else holder.name,
        "root_account_id": holder.root_account_id,
        "user_id": holder.user_id,
        "complete": holder.complete,
        "devices": list(map(_device, holder.devices)),
    }


def _device(device: Any) -> State:
    return {
        "serial_number": device.serial_number,
        "device_kind": device.kind.name,
        "enable_date": device.enable_date or None,
    }


READS: Final[dict[str, Callable[[Connection, State], State]]] = {
    "mfa_devices": _devices,
    "mfa_device_holders": _holders,
}
