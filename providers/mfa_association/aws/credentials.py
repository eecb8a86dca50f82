"""The IAM verbs of making a device and of taking away what a user signs in with. Errors as in aws/errors.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa_association.aws.answers import require_request_id, translate_errors
from mfa_association.aws.session import Session
from mfa_association.totp import Seed
from mfa_association.validation import check_user_name


@dataclass(frozen=True)
class NewDevice:
    """A virtual device just made, with its seed, which IAM shows only once."""

    serial_number: str
    seed: Seed = field(repr=False)


class Credentials:
    """The verbs, for the account of one session. Raises ``AwsError``s."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create_virtual_mfa_device(self, name: str, path: str = "/") -> NewDevice:
        """Make a virtual device that nobody holds yet. ``EntityAlreadyExists``: there is one of this path and name."""
        with translate_errors(f"creating virtual MFA device ({path}{name})", "CreateVirtualMFADevice"):
            answer = self._session.writer.create_virtual_mfa_device(VirtualMFADeviceName=name, Path=path)
            require_request_id(answer)
            made = answer["VirtualMFADevice"]
            return NewDevice(made["SerialNumber"], Seed(made["Base32StringSeed"].decode("ascii")))

    def delete_login_profile(self, user_name: str) -> None:
        """Take a user's console password away. ``NoSuchEntity``: there is none, or no such user."""
        with translate_errors(f"deleting the console password of user ({user_name})", "DeleteLoginProfile"):
            require_request_id(self._session.writer.delete_login_profile(UserName=check_user_name(user_name)))

    def access_keys(self, user_name: str) -> dict[str, bool]:
        """A user's access keys, and whether each is active."""
        with translate_errors(f"reading the access keys of user ({user_name})", "ListAccessKeys"):
            pages = self._session.reader.get_paginator("list_access_keys").paginate(UserName=check_user_name(user_name))
            keys = [key for page in pages for key in page["AccessKeyMetadata"]]
            return {key["AccessKeyId"]: key["Status"] == "Active" for key in keys}

    def deactivate_access_key(self, user_name: str, key_id: str) -> None:
        """Make a user's access key inactive."""
        with translate_errors(f"deactivating access key ({key_id}) of user ({user_name})", "UpdateAccessKey"):
            answer = self._session.writer.update_access_key(
                UserName=check_user_name(user_name), AccessKeyId=key_id, Status="Inactive"
            )
            require_request_id(answer)

    def put_user_policy(self, user_name: str, policy_name: str, document: str) -> None:
        """Write an inline policy of a user, over one of the same name."""
        with translate_errors(f"writing inline policy ({policy_name}) of user ({user_name})", "PutUserPolicy"):
            answer = self._session.writer.put_user_policy(
                UserName=check_user_name(user_name), PolicyName=policy_name, PolicyDocument=document
            )
            require_request_id(answer)
