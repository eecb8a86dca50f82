"""What is read only: the devices of one user, who holds which device in the whole account, and what a query lists."""

from __future__ import annotations

from typing import Any, Final

from mfa_association.engine.inputs import InputFault, argument_faults
from mfa_association.terraform.schema import Attribute, Schema, Type

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


SCHEMAS: Final = {
    "mfa_devices": Schema(
        "The MFA devices that an IAM user holds.",
        (
            Attribute("user_name", "required", "IAM user."),
            _ROLE,
            Attribute("id", "computed", "The user name."),
            _ACCOUNT,
            Attribute("devices", "computed", _DEVICES_TEXT, ["list", _DEVICE]),
        ),
    ),
    "mfa_device_holders": Schema(
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
}

LIST: Final = Schema(
    "The MFA devices that the IAM users of the account hold, for `terraform query` (Terraform 1.14 or newer). The root "
    "user's are left out.",
    (Attribute("user_name", "optional", "Only the devices of this IAM user."),),
)


def faults(config: dict[str, Any]) -> list[InputFault]:
    """Everything wrong with the arguments of a data source or a query; no call is made."""
    return argument_faults({name: config[name] for name in ("user_name", "role_arn") if name in config})
