"""The lists of IAM that mention MFA devices, page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from .accounts import ROOT, Account, Device, Kind
from .errors import Refused
from .request import Action, Request, Result

PAGE = 100
"""MaxItems where the caller does not say (API reference)."""
SECTIONS: Mapping[str, tuple[bool, bool]] = {
    "Any": (True, True),
    "Assigned": (True, False),
    "Unassigned": (False, True),
}


def marker(position: int) -> str:
    """An opaque marker: what follows comes after this position, whatever is deleted in between."""
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def position(text: str | None) -> int:
    """The position in a marker that was given out, 0 without one."""
    if text is None:
        return 0
    try:
        word, _, number = base64.b64decode(text, altchars=b"-_", validate=True).decode("ascii").partition(":")
        if word == "after":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refused("ValidationError", "Invalid Marker.")


def page(request: Request, devices: Sequence[Device]) -> tuple[list[Device], Result]:
    """The devices of the page asked for, and the members that tell whether there is more."""
    after, size = position(request.params.get("Marker")), request.params.get("MaxItems", PAGE)
    rest = sorted((device for device in devices if device.order > after), key=lambda device: device.order)
    if len(rest) <= size:
        return rest, {"IsTruncated": False}
    return rest[:size], {"IsTruncated": True, "Marker": marker(rest[size - 1].order)}


def list_devices(request: Request) -> Result:
    """ListMFADevices: what one user holds."""
    user = request.target(request.view)
    devices, more = page(request, request.view.held_by(user))
    shown = [
        {"UserName": user and user.name, "SerialNumber": device.serial, "EnableDate": device.enable_date}
        for device in devices
    ]
    return {"MFADevices": shown, **more}


def list_virtual(request: Request) -> Result:
    """ListVirtualMFADevices: all virtual devices of the account, never with a seed, a picture or tags."""
    assigned, unassigned = SECTIONS[request.params.get("AssignmentStatus", "Any")]
    view = request.view
    wanted = [
        device
        for device in view.devices.values()
        if device.kind is Kind.VIRTUAL and (assigned if device.holder else unassigned)
    ]
    devices, more = page(request, wanted)
    by_id = {user.id: user for user in view.users.values()}
    shown = [_virtual(request.account, device, by_id) for device in devices]
    return {"VirtualMFADevices": shown, **more}


def _virtual(account: Account, device: Device, by_id: Mapping[str, Any]) -> dict[str, Any]:
    if not device.holder:
        return {"SerialNumber": device.serial}
    user = root_user(account) if device.holder == ROOT else user_as_shown(by_id[device.holder])
    return {"SerialNumber": device.serial, "User": user, "EnableDate": device.enable_date}


def user_as_shown(user: Any) -> dict[str, Any]:
    """A user as IAM's lists show it."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "PasswordLastUsed": user.password_last_used,
    }


def root_user(account: Account) -> dict[str, Any]:
    """The root user as IAM shows it: without a name and without a path."""
    return {"UserId": account.number, "Arn": account.arn("root"), "CreateDate": account.created}


def described(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API shows them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


ACTIONS: Mapping[str, Action] = {"ListMFADevices": list_devices, "ListVirtualMFADevices": list_virtual}
