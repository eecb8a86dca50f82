"""What a user name, a serial number, an account and a code may look like. Pure: no AWS, no files.

Lengths and patterns are IAM's own (botocore's service model: existingUserNameType, serialNumberType,
authenticationCodeType). botocore checks only minimum lengths on the client, so they are checked here, anchored and in
ASCII: Python's ``\\w`` and ``\\d`` alone would accept Unicode letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mfa_association.errors import MfaError
from mfa_association.text import show

OnLastDevice = Literal["refuse", "warn", "allow"]
OnDestroy = Literal["keep", "delete-virtual-device"]

ROOT_USER: Final = "the root user"
"""How the root user of an account is called where IAM users have names; no IAM user can be called so."""

_DIGITS_OF_A_TOKEN = 6
_USER_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_SERIAL_NUMBER = re.compile(r"[\w+=/:,.@-]+", re.ASCII)
_CODE = re.compile(r"[0-9]{6}")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_DEVICE_NAME = re.compile(r"[\w+=,.@-]{1,226}", re.ASCII)
_TAG_KEY = re.compile(r"[\w .:/+\-@]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+\-@]{0,256}")
MOST_TAGS: Final = 50
"""Of one virtual device (tagListType)."""
_PATH = re.compile(r"/|/[\x21-\x7e]{1,510}/")
_ROLE_ARN = re.compile(r"arn:aws[a-z0-9-]*:iam::[0-9]{12}:role/[\x21-\x7e]+")


@dataclass(frozen=True)
class DeviceKind:
    """One kind of MFA device and what can be done with it. Everything that depends on the kind asks here.

    ``name``: as outputs and state spell it; ``label``: as a sentence does. ``arn_type``: what stands before the name in
    an ARN; None where the serial number is no ARN. ``holder_is_listed``: ListVirtualMFADevices shows every device of the
    kind and who holds it. ``console_only``: only its user can register it, in the console; no codes or seed enable it.
    ``has_entity``: there is a device in IAM, apart from who holds it, and DeleteVirtualMFADevice deletes it.
    ``arn_names_user``: its ARN holds the name of the user who registered it. ``is_declarable``: a roster and an engine
    have a form for it.
    """

    name: Literal["virtual", "hardware", "fido", "unknown"]
    label: str
    arn_type: str | None = None
    holder_is_listed: bool = False
    console_only: bool = False
    has_entity: bool = False
    arn_names_user: bool = False
    is_declarable: bool = True


VIRTUAL: Final = DeviceKind("virtual", "virtual", "mfa", holder_is_listed=True, has_entity=True)
HARDWARE: Final = DeviceKind("hardware", "hardware")
FIDO: Final = DeviceKind("fido", "FIDO key", "u2f", console_only=True, arn_names_user=True)
"""A security key or a passkey."""
UNKNOWN_KIND: Final = DeviceKind("unknown", "unknown kind", is_declarable=False)
"""What IAM lists and nobody can declare, such as ``sms-mfa``; or a serial number that is not known yet."""
_BY_ARN_TYPE: Final = {kind.arn_type: kind for kind in (VIRTUAL, FIDO) if kind.arn_type}

_DEVICE_ARN = re.compile(
    rf"arn:(?P<partition>aws[a-z0-9-]*):iam::(?P<account>[0-9]{{12}}):"
    rf"(?P<name>(?P<type>{'|'.join(_BY_ARN_TYPE)})/(?:[\x21-\x7e]*/)?[\w+=,.@-]+)",
    re.ASCII,
)


class InvalidValue(MfaError):
    """A value that breaks a rule; ``value`` is None for a secret, which is never shown."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        self.field, self.value, self.rule = field, value, rule
        shown = "" if value is None else f" {show(value)}"
        super().__init__(f"{field}{shown}: {rule}")


@dataclass(frozen=True)
class SerialNumber:
    """What identifies an MFA device, and all that its text alone says about it; shown as its text.

    ``name``: the text, or what stands in an ARN behind the account, such as ``mfa/alice-phone``.
    """

    text: str
    kind: DeviceKind
    name: str
    account_id: str | None = None
    partition: str | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def key(self) -> str:
        """The form to compare by: IAM holds names equal without regard to case."""
        return self.text.lower()

    @property
    def looks_like_a_name(self) -> bool:
        """Whether it is taken for a hardware token and has the form of a virtual device's name: tokens count in digits."""
        return self.kind is HARDWARE and sum(map(str.isdigit, self.text)) < _DIGITS_OF_A_TOKEN

    @property
    def registered_by(self) -> str | None:
        """The user who registered it, where its ARN says so: ``u2f/user/alice/key`` (root's is ``u2f/root/…``)."""
        parts = self.name.split("/")
        return parts[2] if self.kind.arn_names_user and len(parts) > 3 and parts[1] == "user" else None


def same(left: str, right: str) -> bool:
    """Whether two user names or serial numbers mean the same to IAM."""
    return left.lower() == right.lower()


def check_user_name(value: object, field: str = "user_name") -> str:
    """Return an IAM user name (existingUserNameType: 1-128 of ``[\\w+=,.@-]``), or raise ``InvalidValue``."""
    text = _text(field, value, 1, 128)
    if not _USER_NAME.fullmatch(text):
        raise InvalidValue(
            field, value, "must hold only ASCII letters, digits and _+=,.@- (an IAM user name, not an ARN)"
        )
    return text


def check_account_id(value: object, field: str = "account_id") -> str:
    """Return a 12-digit AWS account id, or raise ``InvalidValue``."""
    text = _text(field, value, 12, 12)
    if not _ACCOUNT_ID.fullmatch(text):
        raise InvalidValue(field, value, "must be 12 digits")
    return text


def check_role_arn(value: object, field: str = "role_arn") -> str:
    """Return the ARN of an IAM role (20-2048 characters, any partition), or raise ``InvalidValue``."""
    text = _text(field, value, 20, 2048)
    if not _ROLE_ARN.fullmatch(text):
        raise InvalidValue(field, value, "must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME")
    return text


def check_device_name(value: str, field: str) -> str:
    """Return the name of a virtual device (virtualMFADeviceName; at most 226 characters), or raise ``InvalidValue``."""
    if not _DEVICE_NAME.fullmatch(value):
        raise InvalidValue(field, value, "must hold 1 to 226 ASCII letters, digits and _+=,.@-")
    return value


def check_path(value: str, field: str) -> str:
    """Return the path of an IAM entity (pathType), or raise ``InvalidValue``."""
    if not _PATH.fullmatch(value):
        raise InvalidValue(field, value, "must begin and end with /")
    return value


def parse_tags(texts: Iterable[str], field: str) -> dict[str, str]:
    """Tags given as ``KEY=VALUE`` (tagKeyType, tagValueType), or raise ``InvalidValue``. IAM knows no case in keys."""
    tags: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not _TAG_KEY.fullmatch(key) or not _TAG_VALUE.fullmatch(value):
            rule = "must be KEY=VALUE: up to 128 and 256 letters, digits, spaces and _.:/+-@, in the value = too"
            raise InvalidValue(field, text, rule)
        if key.lower().startswith("aws:"):
            raise InvalidValue(field, text, "must not begin with aws:, which is AWS's own")
        if key.lower() in map(str.lower, tags):
            raise InvalidValue(field, text, "the key is given twice; IAM holds keys equal without regard to case")
        tags[key] = value
    if len(tags) > MOST_TAGS:
        raise InvalidValue(field, None, f"IAM allows {MOST_TAGS} tags, not {len(tags)}")
    return tags


def check_renew(value: object, field: str = "renew") -> str:
    """Return what marks a renewal: any text of 1 to 128 characters, such as a date. Raises ``InvalidValue``."""
    return _text(field, value, 1, 128)


def parse_serial_number(value: object, field: str = "serial_number") -> SerialNumber:
    """Read a serial number (serialNumberType: 9-256 of ``[\\w+=/:,.@-]``) and the device kind it implies.

    ListMFADevices has no field for the kind, so it is derived: ``arn:…:mfa/…`` is virtual, ``arn:…:u2f/…`` a FIDO key
    or passkey, plain text a hardware token. Raises ``InvalidValue``.
    """
    text = _text(field, value, 9, 256)
    if not _SERIAL_NUMBER.fullmatch(text):
        raise InvalidValue(field, value, "must hold only ASCII letters, digits and _+=/:,.@-")
    if text.lower().startswith("arn:"):
        parts = _DEVICE_ARN.fullmatch(text)
        if not parts:
            rule = "must be an MFA device: arn:aws:iam::ACCOUNT:mfa/NAME or arn:aws:iam::ACCOUNT:u2f/user/NAME/KEY"
            raise InvalidValue(field, text, rule)
        return SerialNumber(text, _BY_ARN_TYPE[parts["type"]], parts["name"], parts["account"], parts["partition"])
    if "/" in text or ":" in text:
        raise InvalidValue(
            field, value, "must be the whole ARN of a virtual device or security key, or a hardware serial"
        )
    return SerialNumber(text, HARDWARE, text)


def listed_serial_number(text: str) -> SerialNumber:
    """The serial number of a device that IAM lists, which may be of a form that nobody can declare."""
    try:
        return parse_serial_number(text)
    except InvalidValue:
        return SerialNumber(text, UNKNOWN_KIND, text)


def check_codes(first: object, second: object) -> tuple[str, str] | None:
    """Return two authentication codes (authenticationCodeType: six digits each), or None when neither is given.

    Raises ``InvalidValue`` that never shows a code.
    """
    if first is None and second is None:
        return None
    pair = (_code("authentication_code_1", first), _code("authentication_code_2", second))
    if pair[0] == pair[1]:
        raise InvalidValue(
            "authentication_code_2", None, "must differ from authentication_code_1: give two consecutive codes"
        )
    return pair


def _code(field: str, value: object) -> str:
    if value is None:
        raise InvalidValue(field, None, "is missing: give two consecutive codes, or none")
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidValue(field, None, "must be six digits, as text")
    return value


def _text(field: str, value: object, least: int, most: int) -> str:
    if value is None:
        raise InvalidValue(field, None, "is missing")
    if not isinstance(value, str):
        raise InvalidValue(field, value, "must be text")
    if not least <= len(value) <= most:
        length = str(least) if least == most else f"{least} to {most}"
        raise InvalidValue(field, value, f"must be {length} characters long, not {len(value)}")
    return value
