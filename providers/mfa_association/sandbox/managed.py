"""Managed policies: AWS's own are there from the first, and their documents are URL-encoded as all of IAM's.

moto has AWS's policies only if all 1400 are loaded at its start, which takes seconds; here one comes in when it is
first named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from moto.iam.models import AWSManagedPolicy, ManagedPolicy, PolicyVersion

from .accounts import REGIONS, Account
from .errors import Refused
from .paging import page
from .request import Action, Request, Result


@lru_cache
def aws_policies() -> Mapping[str, Mapping[str, Any]]:
    """AWS's managed policies by name, as moto ships them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: Mapping[str, Mapping[str, Any]] = json.loads(aws_managed_policies_data)
    return policies


def ensure_managed_policy(account: Account, arn: str) -> None:
    """Let moto know the policy of AWS that a call names."""
    if not arn.startswith(f"arn:{account.partition}:iam::aws:policy/") or arn in account.backend.managed_policies:
        return
    name = arn.rpartition("/")[2]
    data = aws_policies().get(name)
    if data is None:
        return
    policy = AWSManagedPolicy.from_data(name, account.number, REGIONS[account.partition], dict(data))
    if policy.arn == arn:
        account.backend.managed_policies[arn] = policy


def version(request: Request) -> Result:
    """GetPolicyVersion; moto leaves the document as it is."""
    arn, wanted = request.params["PolicyArn"], request.params["VersionId"]
    policy = request.account.backend.managed_policies.get(arn)
    if policy is None:
        raise Refused("NoSuchEntity", f"Policy {arn} was not found.")
    found = next((one for one in policy.versions if one.version_id == wanted), None)
    if found is None:
        raise Refused("NoSuchEntity", f"Policy {arn} version {wanted} does not exist or is not attachable.")
    return {"PolicyVersion": version_as_shown(found)}


def version_as_shown(found: PolicyVersion) -> dict[str, Any]:
    """A version of a policy as IAM shows it."""
    return {
        "Document": quote(found.document),
        "VersionId": found.version_id,
        "IsDefaultVersion": found.is_default,
        "CreateDate": found.create_date,
    }


def as_shown(policy: ManagedPolicy) -> dict[str, Any]:
    """A managed policy as IAM's lists show it."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "IsAttachable": policy.is_attachable,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


def policies(request: Request) -> Result:
    """ListPolicies: all, AWS's own or the account's; of AWS's own the sandbox knows those that were named."""
    params, scope = request.params, request.params.get("Scope", "All")
    there = [
        policy
        for policy in request.account.backend.managed_policies.values()
        if scope in ("All", "AWS" if isinstance(policy, AWSManagedPolicy) else "Local")
        and (policy.attachment_count or params.get("OnlyAttached") != "true")
        and policy.path.startswith(params.get("PathPrefix", "/"))
    ]
    shown, more = page(request, there, lambda policy: policy.arn)
    return {"Policies": [as_shown(policy) for policy in shown], **more}


ACTIONS: Mapping[str, Action] = {"GetPolicyVersion": version, "ListPolicies": policies}
