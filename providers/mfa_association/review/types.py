"""Which types of resources the review reads, by what they are: every spelling of one thing stands in one place. Pure.

A Terraform provider that Pulumi bridges keeps its types under other names: ``aws:index/iamUser:IamUser`` is
``aws_iam_user``. Only such names as AWS and our own provider use are known; a look-alike of another provider is told.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from mfa_association.inventory.associations import snake
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE, TERRAFORM_TYPE

Role = Literal[
    "association",
    "virtual-device",
    "user",
    "password",
    "access-key",
    "user-attachment",
    "shared-attachment",
    "user-policy",
    "user-policies",
    "group-policy",
    "group-policies",
    "group-attachment",
    "managed-policy",
    "user-groups",
    "group-users",
    "role",
    "role-policy",
    "role-attachment",
    "group",
]
_TERRAFORM: dict[str, Role] = {
    TERRAFORM_TYPE: "association",
    "aws_iam_virtual_mfa_device": "virtual-device",
    "aws_iam_user": "user",
    "aws_iam_user_login_profile": "password",
    "aws_iam_access_key": "access-key",
    "aws_iam_user_policy_attachment": "user-attachment",
    "aws_iam_user_policy_attachments_exclusive": "user-attachment",
    "aws_iam_policy_attachment": "shared-attachment",
    "aws_iam_user_policy": "user-policy",
    "aws_iam_user_policies_exclusive": "user-policies",
    "aws_iam_group_policy": "group-policy",
    "aws_iam_group_policies_exclusive": "group-policies",
    "aws_iam_group_policy_attachment": "group-attachment",
    "aws_iam_group_policy_attachments_exclusive": "group-attachment",
    "aws_iam_policy": "managed-policy",
    "aws_iam_user_group_membership": "user-groups",
    "aws_iam_group_membership": "group-users",
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role-policy",
    "aws_iam_role_policy_attachment": "role-attachment",
    "awscc_iam_virtual_mfa_device": "virtual-device",
    "awscc_iam_user": "user",
    "awscc_iam_user_policy": "user-policy",
    "awscc_iam_group": "group",
    "awscc_iam_group_policy": "group-policy",
    "awscc_iam_managed_policy": "managed-policy",
    "awscc_iam_role": "role",
    "awscc_iam_role_policy": "role-policy",
}
_PULUMI_AWS = {
    "virtualMfaDevice": "virtual-device",
    "user": "user",
    "userLoginProfile": "password",
    "accessKey": "access-key",
    "userPolicyAttachment": "user-attachment",
    "userPolicyAttachmentsExclusive": "user-attachment",
    "policyAttachment": "shared-attachment",
    "userPolicy": "user-policy",
    "userPoliciesExclusive": "user-policies",
    "groupPolicy": "group-policy",
    "groupPoliciesExclusive": "group-policies",
    "groupPolicyAttachment": "group-attachment",
    "groupPolicyAttachmentsExclusive": "group-attachment",
    "policy": "managed-policy",
    "userGroupMembership": "user-groups",
    "groupMembership": "group-users",
    "role": "role",
    "rolePolicy": "role-policy",
    "rolePolicyAttachment": "role-attachment",
}
CLOUD_CONTROL: dict[str, Role] = {
    "AWS::IAM::VirtualMFADevice": "virtual-device",
    "AWS::IAM::User": "user",
    "AWS::IAM::UserPolicy": "user-policy",
    "AWS::IAM::Group": "group",
    "AWS::IAM::GroupPolicy": "group-policy",
    "AWS::IAM::ManagedPolicy": "managed-policy",
    "AWS::IAM::Role": "role",
    "AWS::IAM::RolePolicy": "role-policy",
}
"""CloudFormation's names, which Cloud Control and ``aws-native`` use."""
CLOUD_CONTROL_RESOURCES = (
    "aws_cloudcontrolapi_resource",
    "aws:cloudcontrol/resource:Resource",
    "aws-native:index:ExtensionResource",
)
_OPAQUE = re.compile(
    r"aws_cloudformation_stack(_set|_set_instance|_instances)?"
    r"|awscc_cloudformation_\w*stack\w*"
    r"|aws:cloudformation/(stack|stackSet|stackSetInstance|stackInstances):\w+"
    r"|aws-native:cloudformation:\w*Stack\w*"
)
_RUNS_CODE = re.compile(
    r"aws_lambda_invocation|aws:lambda/invocation:Invocation|command:(local|remote):\w+|shell_script\w*|external"
    r"|local_command|pulumi-(python|nodejs):dynamic\S*"
)
_BRIDGED = re.compile(r"(?P<package>aws|awscc|mfa):index/(?P<name>\w+):\w+")
_NATIVE = re.compile(r"aws-native:iam:(?P<name>\w+)")


@lru_cache(maxsize=4096)
def role_of(kind: str) -> Role | None:
    """What a resource of this type is to the review; None for nothing."""
    if kind in (PULUMI_TYPE, BRIDGED_TYPE):
        return "association"
    if kind in _TERRAFORM:
        return _TERRAFORM[kind]
    if kind.startswith("aws:iam/"):
        return _PULUMI_AWS.get(kind.removeprefix("aws:iam/").partition(":")[0])  # type: ignore[return-value]
    if native := _NATIVE.fullmatch(kind):
        return CLOUD_CONTROL.get(f"AWS::IAM::{native['name'].replace('Mfa', 'MFA')}")
    if bridged := _BRIDGED.fullmatch(kind):
        return _TERRAFORM.get(f"{bridged['package']}_{snake(bridged['name'])}")
    return None


def is_opaque(kind: str) -> bool:
    """Whether resources of this type may hold users and devices that no preview shows."""
    return _OPAQUE.fullmatch(kind) is not None


def is_unknown_of_ours(kind: str) -> bool:
    """Whether a type has our provider's name, and is none that we know."""
    ours = kind.startswith(("mfa:", "mfa_")) or ":dynamic/iam:Mfa" in kind
    return ours and role_of(kind) is None


def runs_code(kind: str) -> bool:
    """Whether a resource of this type runs code of its author's choice when it changes."""
    return _RUNS_CODE.fullmatch(kind) is not None and role_of(kind) is None
