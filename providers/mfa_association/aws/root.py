"""The root user of a member account: the same verbs in AssumeRoot sessions, without a user name.

AssumeRoot takes one of AWS's task policies and gives at most 900 seconds. Reads use the audit policy, deactivation the
delete policy; neither can enable a device, which only root itself can do, in the console.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mfa_association.aws.answers import require_request_id, translate_errors
from mfa_association.aws.errors import AccessDenied, NoSuchEntity
from mfa_association.aws.iam import Device, Iam, VirtualDevice
from mfa_association.aws.session import open_session
from mfa_association.aws.settings import RootTask, Settings

AUDIT, DELETE = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"


class RootIam(Iam):
    """The verbs of ``Iam`` for one account's root user; every ``user_name`` is ``ROOT_USER``."""

    def __init__(self, settings: Settings, account_id: str) -> None:
        super().__init__(open_session(replace(settings, root=RootTask(account_id, AUDIT))))
        self._remover = open_session(replace(settings, root=RootTask(account_id, DELETE)))
        self._account_id = account_id

    def list_mfa_devices(self, user_name: str) -> list[Device]:
        """All devices of the root user."""
        with translate_errors(
            f"reading the MFA devices of {user_name} of account ({self._account_id})", "ListMFADevices of root"
        ):
            pages = self._session.reader.get_paginator("list_mfa_devices").paginate()
            return [Device(d["SerialNumber"], d["EnableDate"]) for page in pages for d in page["MFADevices"]]

    def list_virtual_mfa_devices(self) -> list[VirtualDevice]:
        """Never asked: no task policy allows it. Raises ``AccessDenied``."""
        action = f"reading the virtual MFA devices of account ({self._account_id})"
        raise AccessDenied(action, "ListVirtualMFADevices", "no root task policy allows iam:ListVirtualMFADevices")

    def deactivate_mfa_device(self, user_name: str, serial_number: str) -> None:
        """Take a device from the root user."""
        action = f"deactivating MFA device ({serial_number}) of {user_name} of account ({self._account_id})"
        with translate_errors(action, "DeactivateMFADevice of root"):
            require_request_id(self._remover.writer.deactivate_mfa_device(SerialNumber=serial_number))

    def delete_virtual_mfa_device(self, serial_number: str) -> None:
        """Delete the virtual device itself."""
        with translate_errors(f"deleting virtual MFA device ({serial_number})", "DeleteVirtualMFADevice"):
            require_request_id(self._remover.writer.delete_virtual_mfa_device(SerialNumber=serial_number))

    def access_keys(self) -> dict[str, bool]:
        """The root user's access keys, and whether each is active."""
        with translate_errors(
            f"reading the access keys of the root user of account ({self._account_id})", "ListAccessKeys"
        ):
            pages = self._session.reader.get_paginator("list_access_keys").paginate()
            keys = [key for page in pages for key in page["AccessKeyMetadata"]]
            return {key["AccessKeyId"]: key["Status"] == "Active" for key in keys}

    def password_last_used(self) -> datetime | None:
        """When somebody last signed in with the root user's password; None for never."""
        with translate_errors(f"reading the root user of account ({self._account_id})", "GetUser"):
            return self._session.reader.get_user()["User"].get("PasswordLastUsed")

    def user_id(self, user_name: str) -> str:
        """Of a root user, the account id."""
        return self._account_id

    def has_password(self, user_name: str) -> bool:
        """Whether the root user has a console password."""
        try:
            with translate_errors(
                f"checking the console password of {user_name} of account ({self._account_id})", "GetLoginProfile"
            ):
                self._session.reader.get_login_profile()
        except NoSuchEntity:
            return False
        return True
