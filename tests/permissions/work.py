"""What each policy is for, and what the user reads when one action is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import associations, commands, reviews
from .stage import Policed


class Work(NamedTuple):
    """A piece of work under some policies. `told`: what the user reads when an action is missing."""

    policies: tuple[str, ...]
    does: Callable[[Policed], bool]
    told: dict[str, str]


DENIED = "the credentials in use are not allowed to do this"
LIST, WALK = "iam:ListMFADevices", "iam:ListVirtualMFADevices"
ENABLE, DEACTIVATE = "iam:EnableMFADevice", "iam:DeactivateMFADevice"
LOOK = {LIST: f"reading the MFA devices of user (alice): {DENIED}"}
ENABLING = {ENABLE: f"enabling MFA device ({{arn}}) for user (alice): {DENIED}"}
DEACTIVATING = {DEACTIVATE: f"deactivating MFA device ({{arn}}) of user (alice): {DENIED}"}
REMOVING = DEACTIVATING | {
    LIST: "whether it is the last MFA device was not checked",
    "iam:GetLoginProfile": "it is the last MFA device; alice has perhaps a console password, which could not be checked",
}
UNCHECKED_NAME = "or alice under a new name, could not be checked (AccessDenied): allow iam:ListVirtualMFADevices"
UNREAD_ID = (
    "the unique id of alice could not be read (AccessDenied), so a rename will not be noticed: allow iam:GetUser"
)
UNCHECKED_PASSWORD = "perhaps a console password, which could not be checked (AccessDenied)"
UNREAD_SECRET = "the credentials in use may not read the secret"
NO_SESSION = {"sts:AssumeRoot": "opening a root session in account ({member}): no root session is allowed there"}
APPLY, SEEDS = ("apply",), ("apply", "read-seeds")
WORKS = [
    Work(APPLY, associations.adopt, LOOK),
    Work(APPLY, associations.record, {WALK: f"reading the virtual MFA devices of the account: {DENIED}"}),
    Work(APPLY, associations.enable, LOOK | ENABLING | {"iam:GetUser": UNREAD_ID}),
    Work(APPLY, associations.resync,
        LOOK | {"iam:ResyncMFADevice": f"resyncing MFA device ({{arn}}) of user (alice): {DENIED}"}),
    Work(APPLY, associations.arm_again, LOOK | ENABLING),
    Work(APPLY, associations.move, {
        LIST: f"reading the MFA devices of user (bob): {DENIED}",
        ENABLE: f"it was deactivated for alice, then: enabling MFA device ({{arn}}) for user (bob): {DENIED}",
    } | DEACTIVATING),
    Work(APPLY, associations.remove_the_last, REMOVING),
    Work(APPLY, associations.refuse_the_last,
        {"iam:GetLoginProfile": f"alice has {UNCHECKED_PASSWORD}, and on_last_device is 'refuse'; nothing was changed"}),
    Work(APPLY, associations.remove_from_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(APPLY, associations.read, LOOK),
    Work(("apply", "delete-devices"), associations.delete_the_device,
        {"iam:DeleteVirtualMFADevice": f"deleting virtual MFA device ({{arn}}): {DENIED}"}),
    Work(SEEDS, associations.enable_from("ssm:/mfa/alice"),
        {"ssm:GetParameter": "reading the seed from (ssm:/mfa/alice): the credentials in use may not read the parameter"}),
    Work(SEEDS, associations.enable_from("secretsmanager:mfa/alice#phone"),
        {"secretsmanager:GetSecretValue": f"reading the seed from (secretsmanager:mfa/alice#phone): {UNREAD_SECRET}"}),
    Work(("plan",), associations.read, LOOK),
    Work(("plan",), associations.find_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(("plan",), associations.notice_a_new_user, {
        "iam:GetUser": "whether alice is still the same user could not be checked (AccessDenied): allow iam:GetUser"
    }),
    Work(("adopt",), commands.read_an_account, {
        "iam:ListUsers": f"reading the users of the account: {DENIED}",
        WALK: f"reading the virtual MFA devices of the account: {DENIED}",
        LIST: f"reading the MFA devices of user (user-0): {DENIED}",
        "iam:GenerateCredentialReport": "passwords as of None",
        "iam:GetCredentialReport": "passwords as of None",
    }),
    Work(("adopt",), commands.read_an_account_of_virtual_devices, {"iam:GetAccountSummary": "2 asked for their devices"}),
    Work(("adopt",), commands.read_one_user, {
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:GetLoginProfile": f"checking the console password of user (alice): {DENIED}",
    }),
    Work(("adopt", "root-plan"), commands.read_a_root_user, NO_SESSION),
    Work(("enroll",), commands.enroll, LOOK | ENABLING | {
        WALK: f"reading the virtual MFA devices of the account: {DENIED}",
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:CreateVirtualMFADevice": f"creating virtual MFA device (/alice-phone): {DENIED}",
    }),
    Work(("enroll",), commands.abandon, {"iam:DeleteVirtualMFADevice": "{arn} could not be deleted and is held by nobody: "}),
    Work(("revoke",), commands.revoke, LOOK | {
        DEACTIVATE: f"NOT DONE: deactivating MFA device ({{arn}}) of user (alice): {DENIED}",
        "iam:GetUser": f"reading user (alice): {DENIED}",
        "iam:GetLoginProfile": "Whether alice has a console password could not be checked",
    }),
    Work(("revoke",), associations.remove_from_a_renamed_user, {WALK: UNCHECKED_NAME}),
    Work(("revoke", "delete-devices"), commands.revoke_and_delete_the_device,
        {"iam:DeleteVirtualMFADevice": f"NOT DONE: deleting virtual MFA device ({{arn}}): {DENIED}"}),
    Work(("revoke", "contain"), commands.revoke_and_contain, {
        "iam:DeleteLoginProfile": f"NOT DONE: deleting the console password of user (alice): {DENIED}",
        "iam:ListAccessKeys": f"NOT DONE: reading the access keys of user (alice): {DENIED}",
        "iam:UpdateAccessKey": "NOT DONE: deactivating access key",
        "iam:PutUserPolicy": f"NOT DONE: writing inline policy (AWSRevokeOlderSessions) of user (alice): {DENIED}",
    }),
    Work(("root",), associations.adopt_root, NO_SESSION),
    Work(("root",), associations.read_root, NO_SESSION),
    Work(("root",), associations.remove_root, NO_SESSION),
    Work(("root-plan",), associations.read_root, NO_SESSION),
    Work(("review",), reviews.review_a_removal, {f"iam:{action}": f"{cell}: not checked (denied: iam:{action})"
        for cell, actions in reviews.CELLS.items() for action in actions}),
    Work(("review",), reviews.review_many_removals, {
        **{f"iam:{action}": f"each of 6 users asked for (denied: iam:{action})"
            for action in ("GetAccountSummary", "GetAccountAuthorizationDetails", "ListUsers")},
        "iam:ListPolicies": "the version of each policy asked for",
    }),
    Work(("review",), reviews.review_a_secret_holder, {"iam:ListUsers": "its holder could not be found out"}),
    Work(("review",), reviews.review_an_addition, {WALK: f"who holds a virtual device: not checked (denied: {WALK})"}),
    Work(("review", "root-plan"), reviews.review_a_root_user,
        {"sts:AssumeRoot": "serial_numbers: not checked (denied: sts:AssumeRoot)"}),
]  # fmt: skip
