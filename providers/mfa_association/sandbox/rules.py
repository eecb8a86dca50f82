"""IAM's rules for holding MFA devices. Sources: the IAM API reference, botocore's model, captured answers of AWS."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pyotp
import segno
from moto.iam.models import User

from .accounts import Account, Device, SandboxDeviceKind, holder_id
from .errors import Refused, no_device, not_held
from .listing import described
from .request import Action, Request, Result
from .tags import tagged
from .totp import Authenticator

DEVICES_PER_USER = 8
"""The quota of the IAM user guide, any mix of kinds."""

OWN_DEVICE = (
    "To complete this action, please ensure that you are authenticated with an MFA device "
    "that is enabled for this user."
)
NO_FIDO = "The MFA device serial number sent in the request is invalid or not supported by this API."
ONLY_FIDO = f"{NO_FIDO} Currently, only hardware FIDO security keys are supported by this API."


def new_seed(generator: Random | None = None) -> str:
    """A seed as IAM makes them: 64 characters of Base32."""
    raw = generator.randbytes(40) if generator else secrets.token_bytes(40)
    return base64.b32encode(raw).decode()


def qr_code(name: str, account: str, seed: str) -> bytes:
    """A PNG that an authenticator app can scan."""
    uri = pyotp.TOTP(seed).provisioning_uri(name=f"{name}@{account}", issuer_name="Amazon Web Services")
    picture = io.BytesIO()
    segno.make(uri).save(picture, kind="png", scale=4)
    return picture.getvalue()


def create(request: Request) -> Result:
    """CreateVirtualMFADevice: the only answer that ever tells the seed."""
    account, name, seed = request.account, request.params["VirtualMFADeviceName"], new_seed()
    tags = tagged({}, request.params.get("Tags", []))
    serial = account.arn(f"mfa{request.params.get('Path', '/')}{name}")
    account.add(Device(serial, SandboxDeviceKind.VIRTUAL, account.next_order(), Authenticator(seed), tags=tags))
    shown = {
        "SerialNumber": serial,
        "Base32StringSeed": seed.encode(),
        "QRCodePNG": qr_code(name, account.number, seed),
    }
    return {"VirtualMFADevice": shown | ({"Tags": described(tags)} if tags else {})}


def delete(request: Request) -> Result:
    """DeleteVirtualMFADevice: only while nobody holds it."""
    device = request.account.live.device(request.serial)
    if device.kind is not SandboxDeviceKind.VIRTUAL:
        raise no_device(request.serial)
    if device.holder:
        raise Refused("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    request.account.drop(device)
    return {}


def enable(request: Request) -> Result:
    """EnableMFADevice: user, self-management, device, exclusivity, quota, and the codes last of all."""
    user = request.account.live.user(request.params["UserName"])
    refuse_own_device(request, user)
    device = _with_codes(request)
    _refuse_held(device, user)
    if len(request.account.live.held_by(user)) >= DEVICES_PER_USER:
        raise Refused("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {DEVICES_PER_USER}.")
    authenticator = _accepted(request, device)
    held = replace(device, holder=user.id, enable_date=int(request.world.now()), authenticator=authenticator)
    request.account.put(held)
    return {}


def _with_codes(request: Request) -> Device:
    device = request.account.live.device(request.serial)
    if device.kind is SandboxDeviceKind.FIDO:
        raise Refused("ValidationError", NO_FIDO)
    return device


def _refuse_held(device: Device, user: User) -> None:
    if device.holder == user.id:
        raise Refused("EntityAlreadyExists", f"MFA Device for user {user.name} already exists.")
    if device.holder:
        raise Refused("EntityAlreadyExists", "MFA Device is already in use.")


def _accepted(request: Request, device: Device) -> Authenticator:
    first, second = request.params["AuthenticationCode1"], request.params["AuthenticationCode2"]
    accepted = device.authenticator and device.authenticator.accept(first, second, request.world.now())
    if not accepted:
        raise Refused("InvalidAuthenticationCode")
    return accepted


def refuse_own_device(request: Request, user: User | None) -> None:
    """AWS-2023-001: without an MFA session, a user who holds a device may not change the user's own devices."""
    own = user is not None and request.caller.user is user
    if own and not request.caller.mfa and request.account.live.held_by(user):
        raise Refused("AccessDenied", OWN_DEVICE)


def deactivate(request: Request) -> Result:
    """DeactivateMFADevice: the pair of user and device must be the one that IAM has."""
    user = request.target(request.account.live)
    refuse_own_device(request, user)
    device = _held(request, user)
    if device.kind is SandboxDeviceKind.FIDO:
        request.account.drop(device)
    else:
        request.account.put(replace(device, holder=None, enable_date=None))
    return {}


def _held(request: Request, user: User | None) -> Device:
    device = request.account.live.device(request.serial)
    if device.holder != holder_id(user):
        raise not_held()
    return device


def resync(request: Request) -> Result:
    """ResyncMFADevice: a new pair moves the device's clock. Users may do it for themselves (AWS-2023-001)."""
    user = request.account.live.user(request.params["UserName"])
    device = _with_codes(request)
    _held(request, user)
    request.account.put(replace(device, authenticator=_accepted(request, device)))
    return {}


def get(request: Request) -> Result:
    """GetMFADevice: FIDO security keys only."""
    if ":u2f/" not in request.serial:
        raise Refused("ValidationError", ONLY_FIDO)
    device = request.view.device(request.serial)
    holder = request.view.by_id(device.holder or "")
    if "UserName" in request.params and request.view.user(request.params["UserName"]) is not holder:
        raise not_held()
    return {
        "UserName": holder and holder.name,
        "SerialNumber": device.serial,
        "EnableDate": device.enable_date,
        "Certifications": device.certifications,
    }


def summary(request: Request) -> Result:
    """GetAccountSummary: moto's numbers, but for those of MFA and of the root user."""
    account: Account = request.account
    held = [device for device in account.devices.values() if device.holder]
    free = [
        device for device in account.devices.values() if not device.holder and device.kind is SandboxDeviceKind.VIRTUAL
    ]
    numbers = {
        "MFADevices": len(held) + len(free),
        "MFADevicesInUse": len(held),
        "AccountMFAEnabled": int(bool(account.live.held_by(None))),
        "AccountPasswordPresent": int(account.root_password),
    }
    return {"SummaryMap": account.backend.account_summary.summary_map | numbers}


ACTIONS: Mapping[str, Action] = {
    "CreateVirtualMFADevice": create,
    "DeleteVirtualMFADevice": delete,
    "EnableMFADevice": enable,
    "DeactivateMFADevice": deactivate,
    "ResyncMFADevice": resync,
    "GetMFADevice": get,
    "GetAccountSummary": summary,
}
