"""The resource ``mfa_device_association``: its schema, and its bags of values under the names that all adapters share."""

from __future__ import annotations

import re
from typing import Any, Final

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.fields import DEFAULTS, FIELDS, FOUND, SECRETS, Field, names
from mfa_association.terraform.schema import Attribute, Schema, Use

WRITE_ONLY: Final = {f"{name}_wo": name for name in SECRETS}
"""The arguments that are kept nowhere, and what they are below."""

COMPUTED: Final = ("id", *FOUND)
DEFAULTED: Final = tuple(DEFAULTS)
TRUTHS: Final = names(lambda field: field.is_truth)
IMPORTED: Final = dict.fromkeys(TRUTHS, False)
"""What an import writes besides what it found: what a roster says of a device that it says nothing of, no change then."""
INACTIVE: Final = {"active": False, "enable_date": None}


def _argument(field: Field) -> Attribute:
    name = f"{field.name}_wo" if field.is_secret else field.name
    may_be_filled = field.default or field.is_truth
    use: Use = "required" if field.is_required else "optional+computed" if may_be_filled else "optional"
    return Attribute(name, use, field.description, "bool" if field.is_truth else "string", write_only=field.is_secret)


SCHEMA = Schema(
    "An IAM user may hold an MFA device; when this resource goes, the device is **deactivated**. The device itself is "
    "another resource. An existing association is adopted without a change.",
    (
        *(_argument(field) for field in FIELDS),
        Attribute("id", "computed", "The serial number."),
        Attribute("active", "computed", "Whether the user held the device when last looked at.", "bool"),
        Attribute("device_kind", "computed", "`virtual`, `hardware` or `fido`."),
        Attribute("enable_date", "computed", "RFC 3339, UTC, seconds; null while inactive."),
        Attribute("account_id", "computed", "The AWS account."),
        Attribute(
            "user_id", "computed", "IAM's unique id of the user: tells a renamed user from a new one of the same name."
        ),
    ),
)

IDENTITY: Final = ("account_id", "serial_number")
"""What stays the same through every change but a replacement: the holder may change in place."""

ROOT: Final = "root:"
"""What stands before the account of a root user in an import id."""

_INPUTS = tuple(name for name in SCHEMA.names if name not in COMPUTED and name not in WRITE_ONLY)
_RENAMED = {below: above for above, below in WRITE_ONLY.items()}
_SECRET = re.compile(rf"\b({'|'.join(_RENAMED)})\b(?!_)")


def declared(config: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a configuration, less what was not given."""
    named = {WRITE_ONLY.get(name, name): config.get(name) for name in (*_INPUTS, *WRITE_ONLY)}
    return {name: value for name, value in named.items() if value is not None}


def saved(state: dict[str, Any]) -> dict[str, Any]:
    """What a state holds."""
    return {name: value for name, value in state.items() if name != "id" and value is not None}


def state(outputs: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """The state for outputs; what was written stays as it was written, ``false`` beside nothing."""
    kept = {name: value for name, value in written.items() if name in _INPUTS and value not in (None, UNKNOWN)}
    return SCHEMA.whole({**outputs, **kept, "id": outputs["serial_number"]})


def identity(of: dict[str, Any]) -> dict[str, Any] | None:
    """The identity of an association, once all of it is known."""
    values = {name: of.get(name) for name in IDENTITY}
    return None if any(value is None or value is UNKNOWN for value in values.values()) else values


def import_id(of: dict[str, Any]) -> str:
    """The id by which ``terraform import`` finds a device and its holder."""
    root = of.get("root_account_id")
    return f"{f'{ROOT}{root}' if root else of['user_name']}/{of['serial_number']}"


def argument(name: str) -> str:
    """How an input is called here."""
    return _RENAMED.get(name, name)


def spelled(rule: str) -> str:
    """A rule from below with the names of the arguments here."""
    return _SECRET.sub(lambda match: _RENAMED[match[1]], rule)
