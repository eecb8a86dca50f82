"""The data sources: the devices of one user, and who holds which device in the whole account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mfa_association.grammar import Fault, check_role_arn, check_user_name
from mfa_association.terraform.connection import Connection
from mfa_association.terraform.diagnostics import warn
from mfa_association.terraform.schema import Attribute, Schema, Type

if TYPE_CHECKING:
    from mfa_association.inventory.snapshot import Holder

State = dict[str, Any]

_DEVICE: Type = ["object", {"serial_number": "string", "device_kind": "string", "enable_date": "string"}]
_HOLDER: Type = [
    "object",
    {
        "user_name": "string",
        "root_account_id": "string",
        "user_id": "string",
        "complete": "bool",
        "devices": ["list", _DEVICE],
    },
]
_DEVICES_TEXT = "Objects with `serial_number`, `device_kind` and `enable_date` (RFC 3339, UTC, seconds)."
_ROLE = Attribute("role_arn", "optional", "A role to assume for this data source.")
_ACCOUNT = Attribute("account_id", "computed", "The AWS account.")


@dataclass(frozen=True)
class DataSource:
    """A schema, the checks of single arguments, and a read of AWS."""

    schema: Schema
    checks: dict[str, Callable[[Any], object]]
    read: Callable[[Connection, State], State]

    def faults(self, config: State) -> list[Fault]:
        """Everything wrong with the arguments; no call is made."""
        found = []
        for name, check in self.checks.items():
            try:
                check(config.get(name))
            except Fault as fault:
                found.append(fault)
        return found


def _devices(connection: Connection, config: State) -> State:
    """The devices of one user. Raises ``AwsError``; ``NoSuchEntity`` when there is no such user."""
    from mfa_association.inventory.snapshot import held, in_order

    run = connection.run(config)
    account_id = run.iam.caller.account_id
    found = in_order(
        [held(one.serial_number, one.enable_date) for one in run.iam.list_mfa_devices(config["user_name"])]
    )
    return {**config, "id": config["user_name"], "account_id": account_id, "devices": list(map(_device, found))}


def _holders(connection: Connection, config: State) -> State:
    """The whole account. Raises ``AwsError``; what is denied is left out and warned of."""
    from mfa_association.inventory.reader import Reader
    from mfa_association.inventory.walk import take

    found = take(Reader(connection.settings(config.get("role_arn")), connection.config.limits))
    for sentence in found.unread:
        warn(sentence)
    holders = [_holder(one) for one in (*found.users, *found.roots) if one.devices or not one.complete]
    unassigned = None if found.unassigned is None else list(found.unassigned)
    told = {"id": found.account_id, "account_id": found.account_id, "holders": holders, "unassigned": unassigned}
    return {**config, **told}


def _holder(one: Holder) -> State:
    return {
        "user_name": None if one.root_account_id else one.name,
        "root_account_id": one.root_account_id,
        "user_id": one.user_id,
        "complete": one.complete,
        "devices": list(map(_device, one.devices)),
    }


def _device(one: Any) -> State:
    return {"serial_number": one.serial_number, "device_kind": one.kind, "enable_date": one.enable_date or None}


def _role(value: Any) -> None:
    if value is not None:
        check_role_arn(value)


DATA_SOURCES: Final = {
    "mfa_devices": DataSource(
        Schema(
            "The MFA devices that an IAM user holds.",
            (
                Attribute("user_name", "required", "IAM user."),
                _ROLE,
                Attribute("id", "computed", "The user name."),
                _ACCOUNT,
                Attribute("devices", "computed", _DEVICES_TEXT, ["list", _DEVICE]),
            ),
        ),
        {"user_name": check_user_name, "role_arn": _role},
        _devices,
    ),
    "mfa_device_holders": DataSource(
        Schema(
            "Who holds which MFA device in the whole account, users without a device left out. What may not be read is "
            "left out with a warning.",
            (
                _ROLE,
                Attribute("id", "computed", "The account id."),
                _ACCOUNT,
                Attribute(
                    "holders",
                    "computed",
                    "Objects with `user_name` or `root_account_id`, `user_id`, `complete` (whether all kinds of devices "
                    "were looked for) and `devices`.",
                    ["list", _HOLDER],
                ),
                Attribute(
                    "unassigned",
                    "computed",
                    "Virtual devices that nobody holds; null where they may not be read.",
                    ["list", "string"],
                ),
            ),
        ),
        {"role_arn": _role},
        _holders,
    ),
}
