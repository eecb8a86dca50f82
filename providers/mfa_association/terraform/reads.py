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
    found = in_order([held_device(one.serial_number, one.enable_date) for one in context.devices(config["user_name"])])
    return {**config, "id": config["user_name"], "account_id": account_id, "devices": list(map(_device, found))}


def _holders(connection: Connection, config: State) -> State:
    """The whole account. Raises ``AwsError``; what is denied is left out and warned of."""
    from mfa_association.inventory.walk import take
    from mfa_association.reads.reader import Reader

    found = take(Reader(connection.settings(config.get("role_arn")), connection.config.limits))
    for sentence in found.unread:
        warn(sentence)
    holders = [_holder(one) for one in (*found.users, *found.roots) if one.devices or not one.complete]
    unassigned = None if found.unassigned is None else list(found.unassigned)
    told = {"id": found.account_id, "account_id": found.account_id, "holders": holders, "unassigned": unassigned}
    return {**config, **told}


def _holder(one: ListedHolder) -> State:
    return {
        "user_name": None if one.root_account_id else one.name,
        "root_account_id": one.root_account_id,
        "user_id": one.user_id,
        "complete": one.complete,
        "devices": list(map(_device, one.devices)),
    }


def _device(one: Any) -> State:
    return {"serial_number": one.serial_number, "device_kind": one.kind, "enable_date": one.enable_date or None}


READS: Final[dict[str, Callable[[Connection, State], State]]] = {
    "mfa_devices": _devices,
    "mfa_device_holders": _holders,
}
