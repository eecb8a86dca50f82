"""A laboratory: a few users and devices in the sandbox (or, for comparison, in plain moto) and one client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from mfa_association.sandbox import Sandbox

ACCOUNT = "111122223333"
OTHER = "222233334444"
ADMIN = "ASIAEXAMPLEADMIN0000"
ALICE = "AKIAEXAMPLEALICE0000"
ALICE_MFA = "ASIAEXAMPLEALICE0000"
ROOT = "AKIAEXAMPLEROOT00000"
ROOT_SCP = "AKIAEXAMPLEROOTSCP00"
DENIED = "ASIAEXAMPLEDENIED000"
EXPIRED = "ASIAEXAMPLEEXPIRED00"
TOKEN = "GAHT12345678"
ROOT_PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/root-phone"

SEED: dict[str, Any] = {
    "default_account": ACCOUNT,
    "accounts": {
        ACCOUNT: {
            "root": {"devices": [{"kind": "virtual", "name": "root-phone"}]},
            "users": {
                "alice": {"password": True},
                "bob": {},
                "carol": {"devices": [{"kind": "fido", "name": "yubikey"}]},
            },
            "devices": [{"kind": "hardware", "serial": TOKEN}],
        },
        OTHER: {"users": {"dora": {}}, "roles": {"ops": {"trusts": [ACCOUNT]}, "team/dev": {"trusts": ["*"]}}},
    },
    "keys": {
        ALICE: {"account": ACCOUNT, "user": "alice"},
        ALICE_MFA: {"account": ACCOUNT, "user": "alice"},
        ROOT: {"account": ACCOUNT, "root": True},
        ROOT_SCP: {"account": ACCOUNT, "root": True, "deny": ["iam:DeactivateMFADevice"]},
        DENIED: {
            "account": ACCOUNT,
            "role": "ci",
            "deny": ["iam:DeactivateMFADevice", "iam:GetLoginProfile", "sts:AssumeRole"],
        },
        EXPIRED: {"account": ACCOUNT, "role": "ci", "expired": True},
    },
}


@dataclass
class Lab:
    """The sandbox and an administrator's client; without a sandbox, plain moto."""

    iam: Any
    sandbox: Sandbox | None = None

    def client(self, key: str, service: str = "iam") -> Any:
        """A client for one of the seed's keys."""
        return self.sandbox.client(service, key) if self.sandbox else moto_client(service)

    def create(self, name: str = "phone", **more: Any) -> str:
        """A new virtual device, held by nobody."""
        answer = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)
        return str(answer["VirtualMFADevice"]["SerialNumber"])

    def codes(self, serial: str) -> dict[str, str]:
        """Two codes the device would show; moto takes anything."""
        first, second = self.sandbox.codes(serial) if self.sandbox else ("123456", "654321")
        return {"AuthenticationCode1": first, "AuthenticationCode2": second}

    def enable(self, user: str, serial: str, client: Any = None) -> None:
        """Enable a device with good codes."""
        (client or self.iam).enable_mfa_device(UserName=user, SerialNumber=serial, **self.codes(serial))

    def held(self, user: str = "alice", name: str = "phone") -> str:
        """A new virtual device that a user holds."""
        serial = self.create(name)
        self.enable(user, serial)
        return serial

    def deactivate(self, serial: str, user: str = "alice", client: Any = None) -> None:
        """Deactivate a device."""
        (client or self.iam).deactivate_mfa_device(UserName=user, SerialNumber=serial)

    def fido(self) -> str:
        """Carol's FIDO key."""
        return (
            self.sandbox.holders()["carol"][0] if self.sandbox else f"arn:aws:iam::{ACCOUNT}:u2f/user/carol/yubikey-X"
        )


@contextmanager
def sandbox_lab(seed: dict[str, Any] | None = None) -> Iterator[Lab]:
    """A laboratory in the sandbox."""
    with Sandbox(SEED if seed is None else seed) as sandbox:
        yield Lab(sandbox.client(access_key=ADMIN), sandbox)


def moto_client(service: Any) -> Any:
    """A client that moto catches."""
    return boto3.client(service, region_name="us-east-1")


@contextmanager
def moto_lab() -> Iterator[Lab]:
    """The same laboratory in plain moto, as far as moto goes."""
    with mock_aws():
        iam = moto_client("iam")
        for name in ("alice", "bob", "carol"):
            iam.create_user(UserName=name)
        yield Lab(iam)


def refusal(call: Any, *args: Any, **params: Any) -> tuple[str, int, str]:
    """The code, HTTP status and message a call is refused with."""
    try:
        call(*args, **params)
    except ClientError as error:
        told: Any = error.response
        return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Message"]
    return "Success", 200, ""
