"""THE table of inputs: all that every surface must know of an input of the resource, one row each.

Derived from it, or held to it by a test: the engine's checks and comparisons, the Terraform schema and its pages, the
roster's keys and its JSON Schema, import files, the tables and Terraform blocks of the docs (``tools/input_docs.py``
writes what is text), and the constructor of ``MfaDeviceAssociation``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mfa_association.totp import parse_seed, parse_seed_source
from mfa_association.validation import (
    InvalidValue,
    OnDestroy,
    OnLastDevice,
    check_account_id,
    check_renew,
    check_role_arn,
    check_user_name,
    parse_serial_number,
)

Change = Literal["replaces, new first", "replaces, old first", "moves", "renews", "state only", "nothing"]
"""What a new value does: replaces the resource, moves the device to a new holder, enables or resyncs it with codes or a
seed, changes the saved settings alone, or nothing."""

RosterPlace = Literal["nowhere", "structure", "device", "device or defaults", "defaults"]
"""Where a roster says it: nowhere; by what stands under what; as a setting of a device, or also in ``defaults``; or there
alone."""


@dataclass(frozen=True)
class Field:
    """One input. ``form`` and ``description`` are for people, in Markdown; ``description`` is the Terraform schema's.

    ``check``: of a text by itself, given the value and the name for its fault; raises ``InvalidValue``.
    ``choices``: the only values, the strictest first.
    ``default``: what holds where neither the resource nor the configuration of the provider says anything. Whatever
    has one can be set there for all resources (``mfa:onLastDevice``).
    ``is_secret``: used once; never an output, in a plan or a message, nor in Terraform's state.
    ``enables``: codes or a seed, which enable a device. A fault never shows what was given.
    """

    name: str
    change: Change
    form: str
    description: str
    check: Callable[[object, str], object] | None = None
    is_truth: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    roster: RosterPlace = "nowhere"
    is_required: bool = False
    is_secret: bool = False
    enables: bool = False

    def parse(self, value: object, where: str = "") -> Any:
        """What the value means, a text as its check returns it; ``where`` is named in a fault. Raises ``InvalidValue``."""
        if self.is_truth and not isinstance(value, bool):
            raise InvalidValue(where or self.name, value, "must be true or false")
        if self.choices and value not in self.choices:
            raise InvalidValue(where or self.name, value, f"must be one of {', '.join(self.choices)}")
        return self.check(value, where or self.name) if self.check else value

    @property
    def is_saved_setting(self) -> bool:
        """Whether the state keeps it and a change of it changes the state alone."""
        return self.change == "state only"

    @property
    def is_roster_setting(self) -> bool:
        """Whether a roster says it of a single device."""
        return self.roster in ("device", "device or defaults")


FIELDS: Final = (
    Field(
        "serial_number",
        "replaces, new first",
        "text",
        "ARN of a virtual device, security key or passkey, or the serial of a hardware token. A new one replaces "
        "the resource: use `create_before_destroy`, so that nobody is left without a device.",
        check=parse_serial_number,
        roster="structure",
        is_required=True,
    ),
    Field(
        "user_name",
        "moves",
        "text",
        "IAM user who may hold the device. A new one moves the device in place.",
        check=check_user_name,
        roster="structure",
    ),
    Field(
        "root_account_id",
        "replaces, old first",
        "account id",
        "Instead of `user_name`: the account whose root user may hold the device (through AssumeRoot; read and "
        "deactivate only). A new one replaces the resource.",
        check=check_account_id,
        roster="structure",
    ),
    Field(
        "authentication_code_1",
        "nothing",
        "six digits",
        "The older of two consecutive codes, which enable a device that its user does not hold yet. Used once.",
        is_secret=True,
        enables=True,
    ),
    Field("authentication_code_2", "nothing", "six digits", "The newer code.", is_secret=True, enables=True),
    Field(
        "seed",
        "nothing",
        "base32 of 23 characters or more in any case, with spaces, hyphens or padding, or an `otpauth://` address",
        "Instead of codes: the base32 seed. For service and test users.",
        check=parse_seed,
        is_secret=True,
        enables=True,
    ),
    Field(
        "seed_source",
        "state only",
        "`env:NAME`, `file:PATH`, `ssm:/path`, `secretsmanager:ID[#key]`",
        "Instead of codes: where the seed is kept: `env:NAME`, `file:PATH`, `ssm:/path` or `secretsmanager:ID[#key]`.",
        check=parse_seed_source,
        roster="device",
        enables=True,
    ),
    Field(
        "renew",
        "renews",
        "any text",
        "Any text, the version of the codes and the seed: a new value, with them, enables an inactive device or "
        "resyncs an active one.",
        check=check_renew,
        roster="device",
    ),
    Field(
        "require_active",
        "state only",
        "bool",
        "Fail the create when the user does not hold the device, instead of recording it.",
        is_truth=True,
        roster="device or defaults",
    ),
    Field(
        "on_last_device",
        "state only",
        "",
        "`refuse`, `warn` or `allow` removing the user's last device. Unset: the provider's, else `warn`.",
        choices=get_args(OnLastDevice),
        default="warn",
        roster="device or defaults",
    ),
    Field(
        "on_destroy",
        "state only",
        "",
        "`delete-virtual-device` deletes the virtual device too when the resource goes. Unset: the provider's, "
        "else `keep`.",
        choices=get_args(OnDestroy),
        default="keep",
        roster="device or defaults",
    ),
    Field(
        "role_arn",
        "state only",
        "ARN of a role to assume",
        "A role to assume for this resource.",
        check=check_role_arn,
    ),
)
CERTIFICATIONS: Final = ("FIPS-140-3", "FIPS-140-2", "FIPS-140", "FIDO")
"""What GetMFADevice tells of FIDO keys; ``FIPS-140`` is either of its two."""
RULES: Final = (
    Field(
        "require_certification",
        "nothing",
        "",
        "What the MFA devices of all users must be certified for; only FIDO keys are certified for anything. `drift` and "
        "the review hold it. It is no input of the resource: IAM enables any device.",
        choices=CERTIFICATIONS,
        roster="defaults",
    ),
)
"""What a roster says of all its devices, and no resource takes."""
BY_NAME: Final = {field.name: field for field in FIELDS}


def names(condition: Callable[[Field], object]) -> tuple[str, ...]:
    """The names of the inputs for which a condition holds, in the order of the table."""
    return tuple(field.name for field in FIELDS if condition(field))


FOUND: Final = ("active", "device_kind", "enable_date", "account_id", "user_id")
"""The outputs that are no inputs: what AWS says of an association."""

CODES: Final = ("authentication_code_1", "authentication_code_2")
"""Given together or not at all."""

HOLDERS: Final = ("user_name", "root_account_id")
"""One of them is given, and not both."""

SECRETS: Final = names(lambda field: field.is_secret)
ENABLERS: Final = names(lambda field: field.enables)
SETTINGS: Final = names(lambda field: field.is_saved_setting)
ROSTER: Final = names(lambda field: field.roster != "nowhere")
"""What a roster says of each device."""

DEFAULTS: Final = {field.name: field.default for field in FIELDS if field.default}
CHOICES: Final = {field.name: field.choices for field in FIELDS if field.choices}
