"""The check of the inputs: offline, all faults of a resource at once, a secret's fault without its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mfa_association.fields import BY_NAME, CODES, ENABLERS, FIELDS, HOLDERS, Field
from mfa_association.validation import InvalidValue, SerialNumber, check_codes, parse_serial_number, same

Props = dict[str, Any]


class _Unknown:
    """The class of ``UNKNOWN``."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = _Unknown()
"""A value that a preview or plan does not know yet."""


@dataclass(frozen=True)
class InputFault:
    """A fault of one input. ``property`` is empty for a secret: the engine prints the value of a named one."""

    property: str
    reason: str


def faults(news: Props) -> list[InputFault]:
    """Everything wrong with a resource's inputs; unknown ones are left for later."""
    results = (_fault_of(check, news) for needed, check in _ALL_CHECKS if not is_unknown(news.get(needed)))
    return [fault for fault in results if fault]


def argument_faults(given: Props) -> list[InputFault]:
    """What is wrong with each input for itself, for what is no association."""
    known = (name for name, value in given.items() if not is_unknown(value))
    results = (_fault_of(_check_of(BY_NAME[name]), given) for name in known)
    return [fault for fault in results if fault]


def can_enable(news: Props) -> bool:
    """Whether codes or a seed are given, or may be."""
    return any(news.get(name) is not None for name in ENABLERS)


def cautions(news: Props) -> list[str]:
    """What is odd about a new declaration and yet may be right, as sentences to warn of; not known yet: nothing."""
    serial, user_name = _serial(news), news.get("user_name")
    registered_by = serial.registered_by if serial else None
    if not (registered_by and isinstance(user_name, str)) or same(registered_by, user_name):
        return []
    return [
        f"declaring MFA device ({news['serial_number']}) for user ({user_name}): its serial number says that user "
        f"{registered_by} registered it, and a security key or passkey is held by nobody else; correct one of the two, "
        f"unless {registered_by} was renamed to {user_name}"
    ]


def is_unknown(value: object) -> bool:
    """Whether a preview or plan does not know this value yet."""
    return value is UNKNOWN


def with_defaults(news: Props, defaults: dict[str, str]) -> Props:
    """The inputs, and the stack's defaults for what was not given; less blanks, which keeps the state small.

    As inputs the defaults are saved, so a removed line obeys what was last applied, and a new default shows in previews.
    """
    serial = _serial(news)
    has_entity = serial is not None and serial.kind.has_entity
    fitting = {name: choice for name, choice in defaults.items() if name != "on_destroy" or has_entity}
    return {**fitting, **{key: value for key, value in news.items() if value is not None and value is not False}}


def _fault_of(check: Callable[[Props], object], news: Props) -> InputFault | None:
    try:
        check(news)
    except InvalidValue as fault:
        secret = fault.field in ENABLERS  # a seed_source too: somebody may have typed the seed itself
        return InputFault("" if secret else fault.field, f"{fault.field} {fault.rule}" if secret else fault.rule)
    return None


def _check_of(field: Field) -> Callable[[Props], object]:
    """The check of one input; only what must be there is checked when it is missing."""

    def check(news: Props) -> None:
        value = news.get(field.name)
        if value is not None or field.is_required:
            field.parse(value)

    return check


def _is_given(news: Props, name: str) -> bool:
    """Whether it is there and will be: what is not known yet may turn out to be nothing."""
    return news.get(name) is not None and not is_unknown(news.get(name))


def _check_holder(news: Props) -> None:
    user, root = news.get("user_name"), news.get("root_account_id")
    if not is_unknown(root) and (user is None) == (root is None):
        raise InvalidValue("user_name", user, "must be given unless root_account_id is, and never with it")


def _check_codes(news: Props) -> None:
    first, second = (news.get(name) for name in CODES)
    if not (is_unknown(first) or is_unknown(second)):
        check_codes(first, second)


def _check_one_way(news: Props) -> None:
    ways = [name for name in ENABLERS if name != CODES[1] and _is_given(news, name)]
    if len(ways) > 1:
        raise InvalidValue(ways[1], None, f"cannot be given together with {ways[0]}")


def _check_kind(news: Props) -> None:
    """FIDO keys and root's devices are registered by hand."""
    given = next((name for name in ENABLERS if _is_given(news, name)), None)
    serial = _serial(news)
    if given and serial and serial.kind.console_only:
        rule = "cannot be used: a FIDO key or passkey is registered by its own user, in the console"
        raise InvalidValue(given, None, rule)
    if given and _is_given(news, "root_account_id"):
        raise InvalidValue(given, None, "cannot be used: the root user registers its devices itself, in the console")
    if serial and not serial.kind.has_entity and news.get("on_destroy") == "delete-virtual-device":
        raise InvalidValue("on_destroy", "delete-virtual-device", "is for virtual devices only")


def _check_root(news: Props) -> None:
    serial, account = _serial(news), news.get("root_account_id")
    if account is None or serial is None or serial.account_id is None:
        return
    if serial.partition == "aws-cn":
        raise InvalidValue("root_account_id", account, "cannot be used: accounts in China have no root user")
    if not is_unknown(account) and serial.account_id != account:
        raise InvalidValue("serial_number", serial.text, f"must be a device of account {account}")


def _serial(news: Props) -> SerialNumber | None:
    try:
        return parse_serial_number(news.get("serial_number"))
    except InvalidValue:
        return None


_CROSS_CHECKS: tuple[tuple[str, Callable[[Props], object]], ...] = (
    ("user_name", _check_holder),
    ("", _check_codes),
    ("", _check_one_way),
    ("serial_number", _check_kind),
    ("serial_number", _check_root),
)
_HOLDERS_FIRST = sorted(FIELDS, key=lambda field: field.name not in HOLDERS)
_ALL_CHECKS = (*((field.name, _check_of(field)) for field in _HOLDERS_FIRST), *_CROSS_CHECKS)
"""Each with the input that must be known for it, in the order in which faults are told."""
