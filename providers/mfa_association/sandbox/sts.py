"""Who am I, and sessions with MFA; AssumeRoot is in root.py, the rest of STS is moto's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .callers import Caller
from .errors import Refused
from .request import Action, Request, Result


def identity(request: Request) -> Result:
    """GetCallerIdentity."""
    caller = request.caller
    return {"UserId": caller.identity, "Account": caller.account.number, "Arn": caller.arn}


def session(request: Request) -> Result:
    """GetSessionToken: the same user with a temporary key, after its code if it gives one."""
    check_code(request)
    caller = replace(request.caller, mfa="TokenCode" in request.params)
    return {"Credentials": issue(request, caller, request.params.get("DurationSeconds", 43200))}


def check_code(request: Request) -> None:
    """Refuse a code that does not come from a device the calling user holds (STS takes two steps either way)."""
    serial, code, view = request.params.get("SerialNumber"), request.params.get("TokenCode"), request.account.live
    if serial is None and code is None:
        return
    device = view.devices.get((serial or "").casefold())
    user, app = request.caller.user, device and device.authenticator
    if not (user and device and app and device.holder == user.id and app.signs_in(code or "", request.world.now())):
        words = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        raise Refused("AccessDenied", words)


def issue(request: Request, caller: Caller, seconds: int) -> dict[str, Any]:
    """Temporary credentials for a caller. The sandbox does not end them."""
    key = "ASIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    request.world.keys[key] = replace(caller, key=key)
    return {
        "AccessKeyId": key,
        "SecretAccessKey": secrets.token_hex(20),
        "SessionToken": secrets.token_hex(32),
        "Expiration": int(request.world.now()) + seconds,
    }


ACTIONS: Mapping[str, Action] = {
    "GetCallerIdentity": identity,
    "GetSessionToken": session,
}
