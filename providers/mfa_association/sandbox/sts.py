"""Who am I, and sessions with MFA; AssumeRoot is in root.py, the rest of STS is moto's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .accounts import Device
from .callers import Caller
from .errors import Refused
from .request import Action, Request, Result


def identity(request: Request) -> Result:
    """GetCallerIdentity."""
    caller = request.caller
    return {"UserId": caller.identity, "Account": caller.account.number, "Arn": caller.arn}


def session(request: Request) -> Result:
    """GetSessionToken: the same user with a temporary key, after its code if it gives one."""
    signed_in = check_code(request)
    if signed_in:
        request.account.put(signed_in)
    caller = replace(request.caller, mfa=signed_in is not None)
    return {"Credentials": issue(request, caller, request.params.get("DurationSeconds", 43200))}


def check_code(request: Request) -> Device | None:
    """The device after its code was taken, yet to be kept; None without a code.

    Refuses a code that does not come from a device the calling user holds, and one that STS took before.
    """
    serial, code, view = request.params.get("SerialNumber"), request.params.get("TokenCode"), request.account.live
    if serial is None and code is None:
        return None
    device, user = view.devices.get((serial or "").casefold()), request.caller.user
    if user and device and device.authenticator and device.holder == user.id:
        authenticator = device.authenticator.sign_in(code or "", request.world.now())
        if authenticator:
            return replace(device, authenticator=authenticator)
    raise Refused("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")


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
