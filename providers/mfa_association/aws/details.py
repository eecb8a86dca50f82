"""The account's users, groups and policies in bulk: what GetAccountAuthorizationDetails returns, a page a call.

Neither passwords nor access keys nor devices are in it. Everything here reads. Errors as in aws/errors.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mfa_association.aws.answers import translate_errors
from mfa_association.aws.directory import PAGE_SIZE, Page
from mfa_association.aws.policies import Document
from mfa_association.aws.session import Session

Inline = tuple[tuple[str, Document | None], ...]
"""Inline policies by name; None for one that is no policy."""


@dataclass(frozen=True)
class AccountSize:
    """How many there are of each in the account (GetAccountSummary). ``policies``: the account's own managed ones."""

    users: int
    groups: int
    policies: int


@dataclass(frozen=True)
class UserDetail:
    """A user. ``attached``: ARNs of managed policies; ``boundary``: the ARN of the permissions boundary."""

    user_name: str
    user_id: str
    arn: str
    attached: tuple[str, ...]
    inline: Inline
    groups: tuple[str, ...]
    boundary: str | None


@dataclass(frozen=True)
class GroupDetail:
    """A group, with the ARNs of its managed policies."""

    group_name: str
    attached: tuple[str, ...]
    inline: Inline


@dataclass(frozen=True)
class PolicyDetail:
    """A managed policy of the account as it is in force; None for one that is no policy."""

    arn: str
    document: Document | None


Detail = UserDetail | GroupDetail | PolicyDetail


class AccountDetails:
    """The verbs, for the account of one session. Raises ``AwsError``s."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def size(self) -> AccountSize:
        """The counts that show how many pages there are."""
        with translate_errors("reading the summary of the account", "GetAccountSummary"):
            summary = self._session.reader.get_account_summary()["SummaryMap"]
            return AccountSize(summary["Users"], summary["Groups"], summary["Policies"])

    def page(self, marker: str | None) -> Page[Detail]:
        """A page of users, groups and the account's own managed policies. AWS's own are in no page."""
        with translate_errors(
            "reading the users, groups and policies of the account", "GetAccountAuthorizationDetails"
        ):
            answer = self._session.reader.get_account_authorization_details(
                Filter=["User", "Group", "LocalManagedPolicy"], MaxItems=PAGE_SIZE, **_from(marker)
            )
            return Page(tuple(_details(answer)), answer.get("Marker") if answer["IsTruncated"] else None)

    def aws_policies(self, marker: str | None) -> Page[tuple[str, str]]:
        """A page of AWS's own managed policies that are attached to anything: ARN, and the version in force."""
        with translate_errors("reading which policies of AWS are attached in the account", "ListPolicies"):
            answer = self._session.reader.list_policies(
                Scope="AWS", OnlyAttached=True, MaxItems=PAGE_SIZE, **_from(marker)
            )
            policies = tuple((policy["Arn"], policy["DefaultVersionId"]) for policy in answer["Policies"])
            return Page(policies, answer.get("Marker") if answer["IsTruncated"] else None)


def _from(marker: str | None) -> Any:
    return {"Marker": marker} if marker else {}


def _details(answer: Any) -> Iterator[Detail]:
    for user in answer["UserDetailList"]:
        boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        inline, groups = _inline(user.get("UserPolicyList", ())), tuple(user.get("GroupList", ()))
        yield UserDetail(user["UserName"], user["UserId"], user["Arn"], _attached(user), inline, groups, boundary)
    for group in answer["GroupDetailList"]:
        yield GroupDetail(group["GroupName"], _attached(group), _inline(group.get("GroupPolicyList", ())))
    for policy in answer["Policies"]:
        versions = (
            version for version in policy["PolicyVersionList"] if version["VersionId"] == policy["DefaultVersionId"]
        )
        yield PolicyDetail(policy["Arn"], _document(next(versions)["Document"]))


def _attached(holder: Any) -> tuple[str, ...]:
    return tuple(policy["PolicyArn"] for policy in holder.get("AttachedManagedPolicies", ()))


def _inline(policies: Any) -> Inline:
    return tuple((policy["PolicyName"], _document(policy["PolicyDocument"])) for policy in policies)


def _document(given: Any) -> Document | None:
    """botocore parses documents, and leaves one as text that is not JSON; one odd policy must not hide all others."""
    statements = given.get("Statement") if isinstance(given, Mapping) else None
    whole = all(
        isinstance(statement, Mapping) for statement in (statements if isinstance(statements, list) else [statements])
    )
    return given if whole else None
