"""The lists of IAM that mention MFA devices, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .accounts import ROOT, Account, Device, SandboxDeviceKind
from .paging import page
from .request import Action, Request, Result

SECTIONS: Mapping[str, tuple[bool, bool]] = {
    "Any": (True, True),
    "Assigned": (True, False),
    "Unassigned": (False, True),
}


def _order(device: Device) -> str:
    return f"{device.order:09}"


def list_devices(request: Request) -> Result:
    """ListMFADevices: what one user holds."""
    user = request.target(request.view)
    devices, more = page(request, request.view.held_by(user), _order)
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
        if device.kind is SandboxDeviceKind.VIRTUAL and (assigned if device.holder else unassigned)
    ]
    devices, more = page(request, wanted, _order)
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
