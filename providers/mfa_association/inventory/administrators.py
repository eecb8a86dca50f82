"""Who of a whole account is an administrator: a few lists, and one call for each policy of AWS that is attached.

What counts as an administrator: inventory/rights.py.
"""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.details import AccountDetails
from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity
from mfa_association.aws.policies import Document, Policies
from mfa_association.aws.reader import Reader, all_alike
from mfa_association.aws.session import open_session
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.listed_policies import ListedPolicies, Statements
from mfa_association.inventory.rights import RightsVerdict, judge, parse
from mfa_association.inventory.snapshot import ListedHolder, Snapshot

_NOT_LISTED = NotChecked("the user is in no list of the account yet")


def with_administrators(reader: Reader, found: Snapshot) -> Snapshot:
    """The snapshot with everybody's ``rights``; where the lists are denied, with the reason, which is told once."""
    session = open_session(reader.settings)
    try:
        details = reader.all_pages("users, groups and policies", AccountDetails(session).page)
        versions = dict(reader.all_pages("policies of AWS", AccountDetails(session).aws_policies))
    except AccessDenied as fault:
        nobody = RightsVerdict(NotChecked(f"denied: iam:{fault.operation}"))
        users = tuple(replace(user, rights=nobody) for user in found.users)
        return replace(found, users=users, not_checked=(*found.not_checked, str(fault)))
    of_aws: dict[str, Statements] = {}
    policies = ListedPolicies(details, lambda arn: of_aws.get(arn, NotChecked("the policy could not be read")))
    verbs, wanted = Policies(session), sorted(policies.of_aws())
    answers = dict(reader.each("policies of AWS", wanted, lambda arn: _read(verbs, arn, versions.get(arn))))
    of_aws |= {arn: _statements(answer) for arn, answer in answers.items()}
    faults = [fault for fault in answers.values() if isinstance(fault, AwsError)]
    told = (all_alike(faults, "policies"),) if faults else ()
    users = tuple(replace(user, rights=_verdict(policies, user)) for user in found.users)
    return replace(found, users=users, not_checked=(*found.not_checked, *told))


def _read(verbs: Policies, arn: str, version: str | None) -> Document:
    return verbs.managed(arn) if version is None else verbs.managed_version(arn, version)


def _statements(answer: Document | AwsError) -> Statements:
    if not isinstance(answer, AwsError):
        return parse(answer)
    word = "not found" if isinstance(answer, NoSuchEntity) else "denied"
    return NotChecked(f"{word}: iam:{answer.operation}")


def _verdict(policies: ListedPolicies, user: ListedHolder) -> RightsVerdict:
    have, detail = policies.rights(user.name), policies.users.get(user.name.lower())
    if have is None or detail is None or detail.user_id != user.user_id:
        return RightsVerdict(_NOT_LISTED)
    return judge(have.policies, detail.arn, detail.boundary, have.unread)
