"""The root users of member accounts: sessions for one task, and the organization's features that allow them.

Sources: the API reference of AssumeRoot and of the four features' actions; the words are captured answers of AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from .callers import Caller
from .errors import Refused
from .managed import aws_policies
from .request import Action, Request, Result
from .sts import issue
from .world import CREDENTIALS, SESSIONS, Organization

NO_ACTION = "Unknown Operation"
UNLOCKS = {"S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"}
"""Tasks that need the feature RootSessions; all others need RootCredentialsManagement (user guide)."""


@lru_cache
def tasks() -> Mapping[str, str]:
    """AWS's task policies by name, as JSON text."""
    return {name: json.dumps(one["Document"]) for name, one in aws_policies().items() if one["Path"] == "/root-task/"}


def session(request: Request) -> Result:
    """AssumeRoot: a session as root of a member account that may do one task and nothing else."""
    partition = request.account.partition
    if partition == "aws-cn":
        raise Refused("InvalidAction", NO_ACTION)
    task = _task(request)
    target = _target(request)
    _refuse_outsiders(request, target, SESSIONS if task in UNLOCKS else CREDENTIALS)
    limits = json.loads(tasks()[task].replace("arn:aws:", f"arn:{partition}:"))
    root = Caller("", request.world.account(target, partition), task=limits)
    return {"Credentials": issue(request, root, request.params.get("DurationSeconds", 900))}


def _task(request: Request) -> str:
    prefix = f"arn:{request.account.partition}:iam::aws:policy/root-task/"
    arn = str(request.params["TaskPolicyArn"].get("arn", ""))
    if not arn.startswith(prefix) or arn.removeprefix(prefix) not in tasks():
        raise Refused("ValidationError", "Request must contain valid AWS managed task policy ARN")
    return arn.removeprefix(prefix)


def _target(request: Request) -> str:
    """The account, named by its number or its root user's ARN."""
    given = str(request.params["TargetPrincipal"])
    number = given.removeprefix(f"arn:{request.account.partition}:iam::").removesuffix(":root")
    whole = given in (number, f"arn:{request.account.partition}:iam::{number}:root")
    if not (whole and number.isascii() and number.isdigit() and len(number) == 12):
        raise Refused("ValidationError", "Request must contain a valid target principal")
    return number


def _refuse_outsiders(request: Request, target: str, feature: str) -> None:
    """Without an organization in the seed any account may, but nobody into its own."""
    here, organization = request.account.number, request.world.organization
    if request.caller.is_root or target == here or (organization and not organization.administers(here)):
        raise _denied(request, target)
    if organization and not (organization.trusted and feature in organization.features):
        raise _no_trusted_access(here)
    if organization and target not in organization.members:
        raise _denied(request, target)


def _denied(request: Request, target: str) -> Refused:
    resource = f"arn:{request.account.partition}:iam::{target}:root"
    words = f"User: {request.caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {resource}"
    return Refused("AccessDenied", words)


def _no_trusted_access(account: str) -> Refused:
    words = f"Trusted Access for IAM not enabled by organization of input account {account}."
    return Refused("ServiceAccessNotEnabledException", words)


def _organization(request: Request) -> Organization:
    """The caller's organization, if it may manage root users there."""
    organization, here = request.world.organization, request.account.number
    if not organization or here not in {organization.management, *organization.members}:
        raise Refused("OrganizationNotFoundException", f"No organization is associated with account {here}.")
    if not organization.all_features:
        raise Refused("OrganizationNotInAllFeaturesModeException", "The organization does not have all features.")
    if not organization.administers(here):
        words = f"Account {here} is neither the management account nor a delegated administrator."
        raise Refused("AccountNotManagementOrDelegatedAdministratorException", words)
    if not organization.trusted:
        raise _no_trusted_access(here)
    return organization


def _shown(organization: Organization) -> Result:
    return {"OrganizationId": organization.id, "EnabledFeatures": sorted(organization.features)}


def features(request: Request) -> Result:
    """ListOrganizationsFeatures."""
    return _shown(_organization(request))


def enable(request: Request, feature: str) -> Result:
    """EnableOrganizationsRootCredentialsManagement or ...RootSessions: for the management account alone."""
    organization = _organization(request)
    if request.account.number != organization.management:
        raise Refused("CallerIsNotManagementAccountException", "Only the management account can enable this.")
    return _change(request, replace(organization, features=organization.features | {feature}))


def disable(request: Request, feature: str) -> Result:
    """DisableOrganizationsRootCredentialsManagement or ...RootSessions; running sessions go on."""
    organization = _organization(request)
    return _change(request, replace(organization, features=organization.features - {feature}))


def _change(request: Request, organization: Organization) -> Result:
    request.world.organization = organization
    return _shown(organization)


def _switch(act: Callable[[Request, str], Result], feature: str) -> Action:
    return lambda request: act(request, feature)


ACTIONS: Mapping[str, Action] = {
    "ListOrganizationsFeatures": features,
    "EnableOrganizationsRootCredentialsManagement": _switch(enable, CREDENTIALS),
    "EnableOrganizationsRootSessions": _switch(enable, SESSIONS),
    "DisableOrganizationsRootCredentialsManagement": _switch(disable, CREDENTIALS),
    "DisableOrganizationsRootSessions": _switch(disable, SESSIONS),
}
STS_ACTIONS: Mapping[str, Action] = {"AssumeRoot": session}
