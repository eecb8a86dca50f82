"""Programs of one association, and what happens outside of code."""

from __future__ import annotations

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, virtual

PHONE, DAVES = virtual("alice-phone"), virtual("dave-phone")
TOKEN, KEY = "GAHT12345678", f"arn:aws:iam::{ACCOUNT}:u2f/user/carol/yubikey-EXAMPLE"


def program(options: str = "", name: str = "phone", user: str = "dave", serial: str = DAVES, extra: str = "") -> str:
    """A program with one association; ``options`` are ResourceOptions, ``extra`` further arguments."""
    return f"""
import pulumi
from mfa_association.pulumi import MfaDeviceAssociation
MfaDeviceAssociation({name!r}, user_name={user!r}, serial_number={serial!r}, {extra}
    opts=pulumi.ResourceOptions({options}))
"""


def with_codes(box: Sandbox, serial: str) -> str:
    """The arguments that give the codes a device shows now."""
    first, second = box.codes(serial)
    return f"authentication_code_1={first!r}, authentication_code_2={second!r},"


def codes(box: Sandbox, serial: str) -> dict[str, str]:
    """The environment that enables a device of a roster."""
    first, second = box.codes(serial)
    return {"MFA_ASSOCIATION_CODES": f"{serial.rpartition(':')[2]}={first},{second}"}


def enable(box: Sandbox, user: str, serial: str) -> None:
    """Enable a device outside of the code, as its user would."""
    first, second = box.codes(serial)
    box.client().enable_mfa_device(
        UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )


def deactivate(box: Sandbox, user: str, serial: str) -> None:
    """Deactivate a device outside of the code."""
    box.client().deactivate_mfa_device(UserName=user, SerialNumber=serial)
