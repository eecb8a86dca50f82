"""Causes and advice where an error's own are not exact enough: by operation and error type."""

from __future__ import annotations

from typing import Final

from mfa_association.errors import Setting, Words

SENTENCES: Final[dict[tuple[str, str], tuple[str, Words]]] = {
    ("EnableMFADevice", "NoSuchEntity"): ("the user or the device does not exist", "check both names and the account"),
    ("EnableMFADevice", "LimitExceeded"): (
        "the user holds as many MFA devices as IAM allows",
        "remove one of them first",
    ),
    ("EnableMFADevice", "EntityAlreadyExists"): (
        "the device is held already",
        "remove it from its present holder first",
    ),
    ("DeactivateMFADevice", "NoSuchEntity"): (
        "the user does not hold the device",
        "nothing needs to be done if that is what you want",
    ),
    ("ListMFADevices", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("GetUser", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("GetMFADevice", "NoSuchEntity"): ("the user does not hold the device", "somebody removed it meanwhile: run again"),
    ("GetLoginProfile", "NoSuchEntity"): ("the user has no console password", "nothing needs to be done"),
    ("ListAttachedUserPolicies", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("ListUserPolicies", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("GetUserPolicy", "NoSuchEntity"): (
        "the user has no such inline policy",
        "somebody removed it meanwhile: run again",
    ),
    ("ListGroupsForUser", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("ListAttachedGroupPolicies", "NoSuchEntity"): (
        "the group does not exist",
        "somebody removed it meanwhile: run again",
    ),
    ("ListGroupPolicies", "NoSuchEntity"): ("the group does not exist", "somebody removed it meanwhile: run again"),
    ("GetGroupPolicy", "NoSuchEntity"): (
        "the group has no such inline policy",
        "somebody removed it meanwhile: run again",
    ),
    ("GetPolicy", "NoSuchEntity"): ("the policy does not exist", "somebody removed it meanwhile: run again"),
    ("GetPolicyVersion", "NoSuchEntity"): (
        "the policy has no such version",
        "somebody changed it meanwhile: run again",
    ),
    ("SimulatePrincipalPolicy", "NoSuchEntity"): (
        "there is no such user or role in the account",
        "give its whole ARN, with its path",
    ),
    ("ResyncMFADevice", "NoSuchEntity"): ("the user does not hold the device", "enable it instead"),
    ("DeleteVirtualMFADevice", "NoSuchEntity"): ("the device does not exist", "nothing needs to be done"),
    ("GetParameter", "SeedNotFound"): ("there is no such parameter", "correct seed_source"),
    ("GetParameter", "AccessDenied"): (
        "the credentials in use may not read the parameter",
        "allow ssm:GetParameter on it and kms:Decrypt on its key",
    ),
    ("GetParameter", "InvalidInput"): ("this cannot be the name of a parameter", "correct seed_source"),
    ("GetSecretValue", "SeedNotFound"): ("there is no such secret", "correct seed_source"),
    ("GetSecretValue", "AccessDenied"): (
        "the credentials in use may not read the secret",
        "allow secretsmanager:GetSecretValue on it and kms:Decrypt on its key",
    ),
    ("GetSecretValue", "InvalidInput"): ("this cannot be the name of a secret", "correct seed_source"),
    ("AssumeRoot", "AccessDenied"): (
        "no root session is allowed there",
        "the management account itself has none; for a member account the caller must be in the management account or a "
        "delegated administrator's, and needs sts:AssumeRoot on it",
    ),
    ("DeactivateMFADevice of root", "AccessDenied"): (
        "a service control policy denies it to root users",
        "exempt the root task sessions in the policy that AWS names, or act as root in the console",
    ),
    ("ListMFADevices of root", "AccessDenied"): (
        "a service control policy denies it to root users",
        "exempt the root task sessions in the policy that AWS names",
    ),
    ("AssumeRoot", "InvalidInput"): (
        "the endpoint does not know AssumeRoot",
        ("use a regional STS endpoint: set ", Setting("region"), ", and no global one in ", Setting("endpoints")),
    ),
    ("AssumeRole", "AccessDenied"): (
        "the role cannot be assumed",
        "check its ARN, its trust policy, that the caller may use sts:AssumeRole, and the MFA code if one was asked for",
    ),
    ("CreateVirtualMFADevice", "EntityAlreadyExists"): (
        "a virtual device of this name and path exists already",
        "give another name or path, or use the one there is",
    ),
    ("CreateVirtualMFADevice", "LimitExceeded"): (
        "the account has as many virtual MFA devices as its quota of users allows",
        "delete virtual devices that nobody holds",
    ),
    ("DeleteLoginProfile", "NoSuchEntity"): ("the user has no console password", "nothing needs to be done"),
    ("DeleteLoginProfile", "EntityTemporarilyUnmodifiable"): (
        "the console password was changed moments ago, and IAM does not let it be deleted yet",
        "wait some minutes and run again",
    ),
    ("ListAccessKeys", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("UpdateAccessKey", "NoSuchEntity"): ("the user has no such access key", "nothing needs to be done"),
    ("PutUserPolicy", "NoSuchEntity"): ("the user does not exist", "check the name and the account"),
    ("PutUserPolicy", "LimitExceeded"): (
        "the user's inline policies are as long as IAM allows",
        "delete or shorten one of them first",
    ),
    ("PutUserPolicy", "InvalidInput"): ("IAM refused the policy", "report this as a fault of mfa-association"),
}
