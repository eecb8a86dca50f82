"""The stand-in's two types over boto3, after terraform-provider-aws (internal/service/iam), oddities included.

One deliberate difference: a create answers from the create call alone. The real one reads back, and for a user waits
until the read succeeds; here what depends on a new resource meets the whole propagation lag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Props = dict[str, Any]


class Failed(Exception):
    """One sentence for the engine."""


class User:
    """`aws:iam/user:User`; the id is the name."""

    required, defaults = "name", {"path": "/", "forceDestroy": False}
    computed = ("arn", "uniqueId")
    replacing: tuple[str, ...] = ()

    def create(self, iam: Any, inputs: Props) -> tuple[str, Props]:
        """CreateUser."""
        made = attempt("creating IAM User", inputs["name"], iam.create_user)(
            UserName=inputs["name"], Path=inputs["path"]
        )
        return inputs["name"], {**inputs, **self._shown(made["User"])}

    def read(self, iam: Any, id_: str, saved: Props) -> Props | None:
        """GetUser; None when it is gone."""
        try:
            found = iam.get_user(UserName=id_)["User"]
        except iam.exceptions.NoSuchEntityException:
            return None
        return {**saved, **self._shown(found)}

    def delete(self, iam: Any, id_: str, saved: Props) -> None:
        """DeleteUser, which IAM refuses while the user holds a device."""
        if saved.get("forceDestroy"):
            raise Failed("this stand-in for pulumi-resource-aws does not know forceDestroy")
        attempt("deleting IAM User", id_, iam.delete_user, gone_is_fine=True)(UserName=id_)

    @staticmethod
    def _shown(user: Props) -> Props:
        return {"name": user["UserName"], "path": user["Path"], "arn": user["Arn"], "uniqueId": user["UserId"]}


class VirtualMfaDevice:
    """`aws:iam/virtualMfaDevice:VirtualMfaDevice`; the id is the ARN.

    The seed is IAM's base32 text as it is, not in base64 whatever the documentation says, and no secret by itself.
    """

    required, defaults = "virtualMfaDeviceName", {"path": "/"}
    computed = ("arn", "serialNumber", "base32StringSeed", "qrCodePng", "userName", "enableDate")
    replacing = ("virtualMfaDeviceName", "path")

    def create(self, iam: Any, inputs: Props) -> tuple[str, Props]:
        """CreateVirtualMFADevice, the only answer that holds the seed."""
        name = inputs["virtualMfaDeviceName"]
        create = attempt("creating IAM Virtual MFA Device", name, iam.create_virtual_mfa_device)
        made = create(VirtualMFADeviceName=name, Path=inputs["path"])["VirtualMFADevice"]
        secrets = {
            "base32StringSeed": made["Base32StringSeed"].decode(),
            "qrCodePng": made["QRCodePNG"].decode("utf-8", "replace"),
        }
        return made["SerialNumber"], {**inputs, **secrets, "userName": "", "enableDate": "", **self._shown(made)}

    def read(self, iam: Any, id_: str, saved: Props) -> Props | None:
        """A walk of ListVirtualMFADevices. Like the real one it never forgets a holder that it has seen."""
        pages = iam.get_paginator("list_virtual_mfa_devices").paginate()
        found = [one for page in pages for one in page["VirtualMFADevices"] if one["SerialNumber"] == id_]
        return {**saved, **self._shown(found[0])} if found else None

    def delete(self, iam: Any, id_: str, saved: Props) -> None:
        """Deactivate if the state knows a holder, then DeleteVirtualMFADevice.

        Like the real one it takes NoSuchEntity from the first call, "not held", for "gone", and deletes nothing then.
        """
        if saved.get("userName"):
            deactivate = attempt("deactivating IAM Virtual MFA Device", id_, iam.deactivate_mfa_device, True)
            if deactivate(UserName=saved["userName"], SerialNumber=id_) is None:
                return
        attempt("deleting IAM Virtual MFA Device", id_, iam.delete_virtual_mfa_device, True)(SerialNumber=id_)

    @staticmethod
    def _shown(device: Props) -> Props:
        shown = {"arn": device["SerialNumber"], "serialNumber": device["SerialNumber"]}
        if "EnableDate" in device:
            shown["enableDate"] = device["EnableDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
        if "User" in device:
            shown["userName"] = device["User"]["UserName"]
        return shown


KINDS: dict[str, User | VirtualMfaDevice] = {
    "aws:iam/user:User": User(),
    "aws:iam/virtualMfaDevice:VirtualMfaDevice": VirtualMfaDevice(),
}


def attempt(doing: str, name: str, call: Callable[..., Any], gone_is_fine: bool = False) -> Callable[..., Any]:
    """The call with AWS's error in one sentence; None for NoSuchEntity where that is fine."""

    def calling(**parameters: str) -> Any:
        try:
            return call(**parameters)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if gone_is_fine and code == "NoSuchEntity":
                return None
            raise Failed(f"{doing} ({name}): {code}: {message}") from None

    return calling
