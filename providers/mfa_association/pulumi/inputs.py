"""The check of the inputs: offline, all faults of a resource at once, a secret's fault without its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pulumi.output import Unknown

from mfa_association.grammar import (
    Fault,
    OnLastDevice,
    check_codes,
    check_role_arn,
    check_user_name,
    parse_serial_number,
)

CODES = ("authentication_code_1", "authentication_code_2")


@dataclass(frozen=True)
class InputFault:
    """A fault of one input. ``property`` is empty for a secret: the engine prints the value of a named one."""

    property: str
    reason: str


def faults(news: dict[str, Any]) -> list[InputFault]:
    """Everything wrong with a resource's inputs; unknown ones are left for later."""
    found = [fault for name, check in _CHECKS.items() for fault in _fault_of(check, news.get(name))]
    return [*found, *_faults_of_codes(news)]


def is_unknown(value: object) -> bool:
    """Whether a preview does not know this value yet."""
    return isinstance(value, Unknown)


def without_blanks(news: dict[str, Any]) -> dict[str, Any]:
    """The inputs less those that were not given, which keeps the state small."""
    return {key: value for key, value in news.items() if value is not None and value is not False}


def _fault_of(check: Callable[[Any], object], value: object) -> Iterator[InputFault]:
    if is_unknown(value):
        return
    try:
        check(value)
    except Fault as fault:
        yield InputFault(fault.field, fault.rule)


def _faults_of_codes(news: dict[str, Any]) -> Iterator[InputFault]:
    first, second = (news.get(name) for name in CODES)
    if is_unknown(first) or is_unknown(second):
        return
    try:
        codes = check_codes(first, second)
    except Fault as fault:
        yield InputFault("", f"{fault.field} {fault.rule}")
        return
    if codes and _is_fido(news.get("serial_number")):
        rule = "cannot be used: a FIDO key or passkey is registered by its own user, in the console; give no codes"
        yield InputFault("", f"authentication_code_1 {rule}")


def _is_fido(serial_number: object) -> bool:
    try:
        return not is_unknown(serial_number) and parse_serial_number(serial_number).kind == "fido"
    except Fault:
        return False


def _check_truth(value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise Fault("require_active", value, "must be true or false")


def _check_guard(value: object) -> None:
    if value is not None and value not in get_args(OnLastDevice):
        raise Fault("on_last_device", value, f"must be one of {', '.join(get_args(OnLastDevice))}")


def _check_role(value: object) -> None:
    if value is not None:
        check_role_arn(value)


_CHECKS: dict[str, Callable[[Any], object]] = {
    "user_name": check_user_name,
    "serial_number": parse_serial_number,
    "require_active": _check_truth,
    "on_last_device": _check_guard,
    "role_arn": _check_role,
}
