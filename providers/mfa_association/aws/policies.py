"""The IAM verbs that show what a principal may do: its policies, its groups' and a simulation. They only read.

Errors as in aws/errors.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from mfa_association.aws.answers import translate_errors
from mfa_association.aws.session import Session
from mfa_association.validation import check_user_name

Document: TypeAlias = Mapping[str, Any]
"""A policy, parsed."""
Decision = Literal["allowed", "explicitDeny", "implicitDeny"]


@dataclass(frozen=True)
class Simulated:
    """One action on one resource. ``missing``: condition keys that would decide and were not known."""

    action: str
    resource: str
    decision: Decision
    missing: tuple[str, ...] = ()


class Policies:
    """The verbs, for the account of one session. Raises ``AwsError``s."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def attached_to_user(self, user_name: str) -> list[str]:
        """The ARNs of the managed policies attached to a user itself."""
        action = f"reading the managed policies of user ({user_name})"
        return self._names(action, "ListAttachedUserPolicies", UserName=check_user_name(user_name))

    def inline_of_user(self, user_name: str) -> list[str]:
        """The names of a user's own inline policies."""
        action = f"reading the inline policies of user ({user_name})"
        return self._names(action, "ListUserPolicies", UserName=check_user_name(user_name))

    def user_policy(self, user_name: str, policy_name: str) -> Document:
        """An inline policy of a user."""
        with translate_errors(f"reading inline policy ({policy_name}) of user ({user_name})", "GetUserPolicy"):
            answer = self._session.reader.get_user_policy(UserName=check_user_name(user_name), PolicyName=policy_name)
            return _document(answer["PolicyDocument"])

    def groups_of(self, user_name: str) -> list[str]:
        """The names of the groups a user is in."""
        action = f"reading the groups of user ({user_name})"
        return self._names(action, "ListGroupsForUser", UserName=check_user_name(user_name))

    def attached_to_group(self, group_name: str) -> list[str]:
        """The ARNs of the managed policies attached to a group."""
        action = f"reading the managed policies of group ({group_name})"
        return self._names(action, "ListAttachedGroupPolicies", GroupName=group_name)

    def inline_of_group(self, group_name: str) -> list[str]:
        """The names of a group's inline policies."""
        return self._names(
            f"reading the inline policies of group ({group_name})", "ListGroupPolicies", GroupName=group_name
        )

    def group_policy(self, group_name: str, policy_name: str) -> Document:
        """An inline policy of a group."""
        with translate_errors(f"reading inline policy ({policy_name}) of group ({group_name})", "GetGroupPolicy"):
            answer = self._session.reader.get_group_policy(GroupName=group_name, PolicyName=policy_name)
            return _document(answer["PolicyDocument"])

    def managed(self, arn: str) -> Document:
        """A managed policy as it is in force (GetPolicy gives the version, GetPolicyVersion its text)."""
        with translate_errors(f"reading managed policy ({arn})", "GetPolicy"):
            version = self._session.reader.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self.managed_version(arn, version)

    def managed_version(self, arn: str, version: str) -> Document:
        """One version of a managed policy."""
        with translate_errors(f"reading managed policy ({arn})", "GetPolicyVersion"):
            answer = self._session.reader.get_policy_version(PolicyArn=arn, VersionId=version)
            return _document(answer["PolicyVersion"]["Document"])

    def simulate(self, principal_arn: str, actions: Sequence[str], resources: Sequence[str]) -> list[Simulated]:
        """Whether a user or role of this account may do these on those, service control policies included."""
        with translate_errors(f"simulating what {principal_arn} may do", "SimulatePrincipalPolicy"):
            pages = self._session.reader.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=principal_arn, ActionNames=list(actions), ResourceArns=list(resources)
            )
            return [
                decision for page in pages for result in page["EvaluationResults"] for decision in _simulated(result)
            ]

    def _names(self, action: str, operation: str, **whose: str) -> list[str]:
        """What a list names, over all pages."""
        method, key, name = _LISTS[operation]
        with translate_errors(action, operation):
            pages = self._session.reader.get_paginator(method).paginate(**whose)  # type: ignore[call-overload]
            return [item[name] if name else item for page in pages for item in page[key]]


_LISTS = {
    "ListAttachedUserPolicies": ("list_attached_user_policies", "AttachedPolicies", "PolicyArn"),
    "ListUserPolicies": ("list_user_policies", "PolicyNames", ""),
    "ListGroupsForUser": ("list_groups_for_user", "Groups", "GroupName"),
    "ListAttachedGroupPolicies": ("list_attached_group_policies", "AttachedPolicies", "PolicyArn"),
    "ListGroupPolicies": ("list_group_policies", "PolicyNames", ""),
}
"""Of each list botocore's name, the member that holds the items, and what is taken of an item."""


def _document(given: Any) -> Document:
    """botocore parses documents, and leaves one as text that is not JSON."""
    statements = given.get("Statement") if isinstance(given, Mapping) else None
    if not all(
        isinstance(statement, Mapping) for statement in (statements if isinstance(statements, list) else [statements])
    ):
        raise ValueError("the document is not a policy")
    return given  # type: ignore[no-any-return]


def _simulated(result: Mapping[str, Any]) -> Iterator[Simulated]:
    """The decision for each resource: the one above them is the most restrictive of all (API reference)."""
    for specific in result["ResourceSpecificResults"]:
        missing = tuple(specific.get("MissingContextValues", ()))
        yield Simulated(
            result["EvalActionName"], specific["EvalResourceName"], specific["EvalResourceDecision"], missing
        )
