"""The account as a whole, a page a call, so that a walk that was throttled goes on where it stopped.

Everything here reads. GenerateCredentialReport is a read too, by IAM's own access level (service authorization
reference).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from mfa_association.aws.answers import translate_errors
from mfa_association.aws.iam import VirtualDevice, virtual_device
from mfa_association.aws.session import Session
from mfa_association.validation import check_user_name

T = TypeVar("T")
PAGE_SIZE = 1000


@dataclass(frozen=True)
class User:
    """An IAM user. ``boundary``: the ARN of the permissions boundary, which GetUser returns and ListUsers does not."""

    user_name: str
    user_id: str
    path: str
    arn: str | None = None
    password_last_used: datetime | None = None
    boundary: str | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; ``marker`` asks for the next one, None on the last."""

    items: tuple[T, ...]
    marker: str | None = None


@dataclass(frozen=True)
class CredentialReport:
    """The credential report, true as of ``generated``, which may be four hours ago.

    ``passwords`` and ``mfa``: by user name, whether there is a console password, and whether a device is held.
    """

    generated: datetime
    passwords: dict[str, bool]
    mfa: dict[str, bool]


class AccountLists:
    """Bulk reads of one session's account. Raises ``AwsError``s."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def users(self, marker: str | None) -> Page[User]:
        """A page of the account's users."""
        with translate_errors("reading the users of the account", "ListUsers"):
            answer = self._session.reader.list_users(**_from(marker))
            users = tuple(
                User(
                    user["UserName"],
                    user["UserId"],
                    user["Path"],
                    user["Arn"],
                    password_last_used=user.get("PasswordLastUsed"),
                )
                for user in answer["Users"]
            )
            return Page(users, answer.get("Marker"))

    def user(self, user_name: str) -> User:
        """One user. ``NoSuchEntity``: there is none of this name."""
        with translate_errors(f"reading user ({user_name})", "GetUser"):
            user = self._session.reader.get_user(UserName=check_user_name(user_name))["User"]
            boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
            last_used = user.get("PasswordLastUsed")
            return User(user["UserName"], user["UserId"], user["Path"], user["Arn"], last_used, boundary)

    def virtual_devices(self, marker: str | None) -> Page[VirtualDevice]:
        """A page of the account's virtual devices, held or not."""
        with translate_errors("reading the virtual MFA devices of the account", "ListVirtualMFADevices"):
            answer = self._session.reader.list_virtual_mfa_devices(AssignmentStatus="Any", **_from(marker))
            return Page(tuple(map(virtual_device, answer["VirtualMFADevices"])), answer.get("Marker"))

    def devices_in_use(self) -> int:
        """How many devices of any kind are held in the account (MFADevicesInUse).

        AWS does not say whether the root user's are counted.
        """
        with translate_errors("reading the summary of the account", "GetAccountSummary"):
            return int(self._session.reader.get_account_summary()["SummaryMap"]["MFADevicesInUse"])

    def start_report(self) -> bool:
        """Ask for a credential report; whether it is there. IAM makes a new one at most every four hours."""
        with translate_errors("asking for the credential report of the account", "GenerateCredentialReport"):
            return self._session.reader.generate_credential_report()["State"] == "COMPLETE"

    def report(self) -> CredentialReport:
        """The credential report, once ``start_report`` says so."""
        with translate_errors("reading the credential report of the account", "GetCredentialReport"):
            answer = self._session.reader.get_credential_report()
            rows = list(csv.DictReader(io.StringIO(answer["Content"].decode())))
            passwords, mfa = (
                {row["user"]: row[column].lower() == "true" for row in rows}
                for column in ("password_enabled", "mfa_active")
            )
            return CredentialReport(answer["GeneratedTime"], passwords, mfa)


def _from(marker: str | None) -> Any:
    return {"MaxItems": PAGE_SIZE, **({"Marker": marker} if marker else {})}
