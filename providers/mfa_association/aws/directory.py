"""The account as a whole, a page a call, so that a walk that was throttled goes on where it stopped.

Everything here reads. GenerateCredentialReport is a read too, by IAM's own access level (service authorization
reference).
"""

from __future__ import annotations

import csv
import io
from contextlib import suppress
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
class ReportedUser:
    """A user's row of the credential report. ``keys_last_used``: of the active access keys, None for one never used."""

    password: bool
    mfa: bool
    password_last_used: datetime | None = None
    keys_last_used: tuple[datetime | None, ...] = ()


@dataclass(frozen=True)
class CredentialReport:
    """The credential report, true as of ``generated``, which may be four hours ago; users by name."""

    generated: datetime
    users: dict[str, ReportedUser]


@dataclass(frozen=True)
class AccountSummary:
    """What GetAccountSummary tells of MFA. ``devices_in_use``: of any kind; AWS does not say whether the root user's count.

    ``root_*``: whether the root user has such a thing; None where the answer does not tell.
    """

    devices_in_use: int
    root_mfa: bool | None = None
    root_password: bool | None = None
    root_keys: bool | None = None


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

    def summary(self) -> AccountSummary:
        """How many devices are held in the account, and what its root user signs in with."""
        with translate_errors("reading the summary of the account", "GetAccountSummary"):
            told: dict[str, int] = dict(self._session.reader.get_account_summary()["SummaryMap"].items())
        root = [told.get(f"Account{what}") for what in ("MFAEnabled", "PasswordPresent", "AccessKeysPresent")]
        return AccountSummary(told["MFADevicesInUse"], *(None if one is None else bool(one) for one in root))

    def root_features(self) -> frozenset[str]:
        """The organization's features of central root access. ``RootFeatureDisabled``: there is no organization."""
        with translate_errors("reading how the organization manages root credentials", "ListOrganizationsFeatures"):
            return frozenset(self._session.reader.list_organizations_features().get("EnabledFeatures", ()))

    def start_report(self) -> bool:
        """Ask for a credential report; whether it is there. IAM makes a new one at most every four hours."""
        with translate_errors("asking for the credential report of the account", "GenerateCredentialReport"):
            return self._session.reader.generate_credential_report()["State"] == "COMPLETE"

    def report(self) -> CredentialReport:
        """The credential report, once ``start_report`` says so."""
        with translate_errors("reading the credential report of the account", "GetCredentialReport"):
            answer = self._session.reader.get_credential_report()
            rows = csv.DictReader(io.StringIO(answer["Content"].decode()))
            return CredentialReport(answer["GeneratedTime"], {row["user"]: _reported(row) for row in rows})


def _reported(row: dict[str, str]) -> ReportedUser:
    keys = [number for number in (1, 2) if _is_true(row.get(f"access_key_{number}_active"))]
    return ReportedUser(
        _is_true(row["password_enabled"]),
        _is_true(row["mfa_active"]),
        _moment(row.get("password_last_used")),
        tuple(_moment(row.get(f"access_key_{number}_last_used_date")) for number in keys),
    )


def _is_true(cell: str | None) -> bool:
    return (cell or "").lower() == "true"


def _moment(cell: str | None) -> datetime | None:
    """A time in ISO 8601, or words for none (``N/A``, ``no_information``)."""
    with suppress(ValueError):
        return datetime.fromisoformat((cell or "").replace("Z", "+00:00"))
    return None


def _from(marker: str | None) -> Any:
    return {"MaxItems": PAGE_SIZE, **({"Marker": marker} if marker else {})}
