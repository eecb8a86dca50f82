"""Between the engine's property bags and the lifecycle's records. Named keys only: bags also hold the provider."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from mfa_association.errors import MfaError
from mfa_association.grammar import check_account_id, check_codes, check_user_name, parse_serial_number
from mfa_association.lifecycle import Association, Declaration
from mfa_association.lifecycle.model import rfc3339
from mfa_association.pulumi import runtime

Props = dict[str, Any]


class StateUnreadable(MfaError):
    """The saved state lacks something, or holds what no association can."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"reading the saved state of an MFA device association: {cause}; nothing was changed, "
            "restore the stack's state from its history or remove the resource with `pulumi state delete`"
        )


def declaration(news: Props) -> Declaration:
    """What the code declares. Raises ``Fault``."""
    return Declaration(
        user_name=check_user_name(news.get("user_name")),
        serial_number=parse_serial_number(news.get("serial_number")).text,
        codes=check_codes(news.get("authentication_code_1"), news.get("authentication_code_2")),
        require_active=bool(news.get("require_active")),
    )


def association(saved: Props) -> Association:
    """What the state says. Raises ``StateUnreadable``."""
    try:
        serial = parse_serial_number(saved.get("serial_number"))
        return Association(
            user_name=check_user_name(saved.get("user_name")),
            serial_number=serial.text,
            active=saved.get("active") is not False,
            device_kind=serial.kind,
            account_id=check_account_id(saved.get("account_id")),
            enable_date=_moment(saved.get("enable_date")),
            user_id=_text(saved.get("user_id")),
        )
    except MfaError as fault:
        raise StateUnreadable(str(fault)) from None


def settings(bag: Props) -> tuple[bool, str, str | None]:
    """The settings that change in state only, with their defaults filled in."""
    return bool(bag.get("require_active")), runtime.guard_setting(bag), _text(bag.get("role_arn"))


def outputs(declared: Props, found: Association) -> Props:
    """All outputs: the settings that differ from the defaults, the rest as found. Codes are never among them."""
    require_active, on_last_device, role_arn = settings(declared)
    told = on_last_device if declared.get("on_last_device") or on_last_device != "warn" else None
    chosen = {"require_active": require_active or None, "on_last_device": told, "role_arn": role_arn}
    return {key: value for key, value in {**asdict(found), **chosen}.items() if value is not None}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> str | None:
    """A saved moment; one that cannot be read only warns of nothing, and must not keep a device active."""
    try:
        return rfc3339(datetime.fromisoformat(str(value).replace("Z", "+00:00")))
    except ValueError:
        return None
