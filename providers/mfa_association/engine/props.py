"""Between the engine's property bags and the lifecycle's records. Named keys only: bags also hold the provider."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from mfa_association.errors import MfaError
from mfa_association.fields import BY_NAME, CHOICES, CODES, DEFAULTS, SETTINGS, names
from mfa_association.lifecycle import Association, Declaration, Pair
from mfa_association.lifecycle.model import rfc3339
from mfa_association.totp import parse_seed, parse_seed_source
from mfa_association.validation import (
    ROOT_USER,
    InvalidValue,
    check_account_id,
    check_codes,
    check_role_arn,
    check_user_name,
    parse_serial_number,
)

Props = dict[str, Any]

_KEPT = names(lambda field: field.is_saved_setting or field.change == "renews")
"""What a state keeps as it was declared; the rest is as IAM says."""


class StateUnreadable(MfaError):
    """The saved state lacks something, or holds a value that no association can have."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"reading the saved state of an MFA device association: {cause}; nothing was changed, "
            "restore the state from its history or backup, or remove the resource from the state"
        )


def declaration(news: Props) -> Declaration:
    """What the code declares. Raises ``InvalidValue``."""
    seed, source = news.get("seed"), news.get("seed_source")
    return Declaration(
        user_name=_holder(news),
        serial_number=parse_serial_number(news.get("serial_number")),
        codes=check_codes(*(news.get(name) for name in CODES)),
        seed=None if seed is None else parse_seed(seed),
        seed_source=None if source is None else parse_seed_source(source),
        require_active=bool(news.get("require_active")),
        renew=_text(news.get("renew")),
        account_id=_account(news),
    )


def pair(values: Props) -> Pair | None:
    """The device and the holder that a bag names, as far as both can be read; None where they cannot, or not yet."""
    try:
        return Pair(parse_serial_number(values.get("serial_number")), _holder(values), _account(values))
    except MfaError:
        return None


def association(saved: Props) -> Association:
    """What the state says. Raises ``StateUnreadable``."""
    try:
        serial, account_id = parse_serial_number(saved.get("serial_number")), check_account_id(saved.get("account_id"))
        for other in (serial.account_id, saved.get("root_account_id")):
            if other not in (None, account_id):  # no state may send a call to an account that is not the device's
                raise InvalidValue("account_id", account_id, "is not the account of the device")
        chosen = settings(saved)
        for name in (*CHOICES, "role_arn"):
            if chosen[name] is not None:
                BY_NAME[name].parse(chosen[name])
        return Association(
            user_name=_holder(saved),
            serial_number=serial,
            active=saved.get("active") is not False,
            account_id=account_id,
            enable_date=_moment(saved.get("enable_date")),
            user_id=_text(saved.get("user_id")),
            renew=_text(saved.get("renew")),
        )
    except MfaError as fault:
        raise StateUnreadable(str(fault)) from None


def settings(values: Props) -> Props:
    """The settings that change in state only, with their defaults filled in."""
    return {name: values.get(name) or DEFAULTS.get(name) for name in SETTINGS}


def outputs(declared: Props, association: Association) -> Props:
    """All outputs: the settings that were given, the rest as found. No secret is among them."""
    chosen = {name: declared.get(name) or None for name in _KEPT}
    facts: Props = {
        **vars(association),
        "serial_number": association.serial_number.text,
        "device_kind": association.kind.name,
    }
    if association.user_name == ROOT_USER:
        del facts["user_name"]
        facts["root_account_id"] = association.account_id
    return {key: value for key, value in {**facts, **chosen}.items() if value is not None}


def holder(values: Props) -> str:
    """Whom a bag names, for messages and comparison; empty when it names nobody."""
    root, user = values.get("root_account_id"), values.get("user_name")
    return f"{ROOT_USER} of {root}" if root else str(user or "")


def _holder(values: Props) -> str:
    if values.get("root_account_id") is not None:
        check_account_id(values["root_account_id"], "root_account_id")
        return ROOT_USER
    return check_user_name(values.get("user_name"))


def _account(values: Props) -> str | None:
    """The account that the inputs tell: the device's, root's, or that of the role; None: the configuration's own."""
    role = values.get("role_arn")
    with suppress(MfaError):
        device = parse_serial_number(values.get("serial_number")).account_id
        of_role = check_role_arn(role).split(":")[4] if role is not None else None
        return device or _text(values.get("root_account_id")) or of_role
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> str | None:
    """A saved moment; one that cannot be read only warns of nothing, and must not keep a device active."""
    try:
        return rfc3339(datetime.fromisoformat(str(value).replace("Z", "+00:00")))
    except (ValueError, OverflowError):  # year 1 is not in every time zone
        return None
