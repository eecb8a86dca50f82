"""Root users of member accounts: who may open a session there, for which task, and what the session may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from mfa_association.sandbox import Sandbox, SeedFault
from tests.sandbox.lab import Lab, refusal, sandbox_lab

MANAGEMENT, MEMBER, DELEGATED, STRANGER = "111122223333", "222233334444", "333344445555", "444455556666"
AUDIT, DELETE = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"
PHONE = f"arn:aws:iam::{MEMBER}:mfa/root-phone"
TOKEN = "GAHT12345678"
OPS, ROOTS = "ASIAEXAMPLEOPS000000", "AKIAEXAMPLEROOT00000"
KEYS = {MANAGEMENT: OPS, DELEGATED: OPS[:-1] + "1", STRANGER: OPS[:-1] + "2", MEMBER: OPS[:-1] + "3"}
ROOT_DEVICES = [{"kind": "virtual", "name": "root-phone"}, {"kind": "hardware", "serial": TOKEN}]
ON: dict[str, Any] = {"root_credentials_management": True}


def seed(scp: list[str] | None = None, **organization: Any) -> dict[str, Any]:
    """An organization of three accounts beside a stranger's; each has a role for its operators."""
    member = {"root": {"password": True, "devices": ROOT_DEVICES}, "users": {"mia": {}}, "scp_deny_root": scp or []}
    return {
        "accounts": {MANAGEMENT: {"root": {}}, MEMBER: member, DELEGATED: {"root": {}}, STRANGER: {"root": {}}},
        "keys": {
            **{key: {"account": account, "role": "ops"} for account, key in KEYS.items()},
            ROOTS: {"account": MANAGEMENT, "root": True},
        },
        "organization": {
            "management": MANAGEMENT,
            "members": [MEMBER, DELEGATED],
            "delegated_administrators": [DELEGATED],
            **organization,
        },
    }


@pytest.fixture
def org() -> Any:
    """An organization that manages root credentials centrally."""
    with sandbox_lab(seed(**ON)) as lab:
        yield lab


def task(name: str) -> dict[str, str]:
    return {"arn": f"arn:aws:iam::aws:policy/root-task/{name}"}


def assume(lab: Lab, policy: str = AUDIT, target: str = MEMBER, key: str = OPS, **more: Any) -> dict[str, Any]:
    answer: Any = lab.client(key, "sts").assume_root(
        **{"TargetPrincipal": target, "TaskPolicyArn": task(policy), **more}
    )
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials


def as_root(lab: Lab, policy: str, **more: Any) -> Any:
    """An IAM client in a root session."""
    return lab.client(assume(lab, policy, **more)["AccessKeyId"])


def denied(caller: str = MANAGEMENT, target: str = MEMBER) -> tuple[str, int, str]:
    who = f"arn:aws:sts::{caller}:assumed-role/ops/sandbox"
    words = f"User: {who} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{target}:root"
    return "AccessDenied", 403, words


BAD_TARGET = ("ValidationError", 400, "Request must contain a valid target principal")
BAD_TASK = ("ValidationError", 400, "Request must contain valid AWS managed task policy ARN")
NOT_ENABLED = "Trusted Access for IAM not enabled by organization of input account {}."
TOO_LONG = (
    "Value '901' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 900"
)


class Refusal(NamedTuple):
    """AssumeRoot with these parameters is refused so. The words are captured answers of AWS."""

    reason: str
    expected: tuple[str, int, str]
    params: dict[str, Any]


REFUSALS = [
    Refusal("the management account itself", denied(target=MANAGEMENT), {"target": MANAGEMENT}),
    Refusal("a delegated administrator into itself", denied(DELEGATED, DELEGATED),
        {"key": KEYS[DELEGATED], "target": DELEGATED}),
    Refusal("a delegated administrator into the management account", denied(DELEGATED, MANAGEMENT),
        {"key": KEYS[DELEGATED], "target": MANAGEMENT}),
    Refusal("a plain member", denied(MEMBER, DELEGATED), {"key": KEYS[MEMBER], "target": DELEGATED}),
    Refusal("an account outside the organization", denied(STRANGER), {"key": KEYS[STRANGER]}),
    Refusal("into an account outside the organization", denied(target=STRANGER), {"target": STRANGER}),
    Refusal("into an account that does not exist", denied(target="9" * 12), {"target": "9" * 12}),
    Refusal("root itself may not", ("AccessDenied", 403,
        f"User: arn:aws:iam::{MANAGEMENT}:root is not authorized to perform: sts:AssumeRoot "
        f"on resource: arn:aws:iam::{MEMBER}:root"), {"key": ROOTS}),
    Refusal("a user's ARN", BAD_TARGET, {"target": f"arn:aws:iam::{MEMBER}:user/mia"}),
    Refusal("another partition's root", BAD_TARGET, {"target": f"arn:aws-cn:iam::{MEMBER}:root"}),
    Refusal("letters for an account", BAD_TARGET, {"target": "x" * 12}),
    Refusal("digits beyond ASCII", BAD_TARGET, {"target": "\u0661" * 12}),
    Refusal("a policy that is no task", BAD_TASK, {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}),
    Refusal("a task nobody knows", BAD_TASK, {"policy": "IAMEnableRootUserCredentials"}),
    Refusal("another partition's task", BAD_TASK,
        {"TaskPolicyArn": {"arn": f"arn:aws-cn:iam::aws:policy/root-task/{AUDIT}"}}),
    Refusal("a second too long", ("ValidationError", 400, f"1 validation error detected: {TOO_LONG}"),
        {"DurationSeconds": 901}),
    Refusal("a task of another feature", ("ServiceAccessNotEnabledException", 400, NOT_ENABLED.format(MANAGEMENT)),
        {"policy": "S3UnlockBucketPolicy"}),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.reason)
def test_a_root_session_that_is_refused(case: Refusal, org: Lab) -> None:
    assert refusal(assume, org, **case.params) == case.expected


def test_a_task_left_empty(org: Lab) -> None:
    code, status, message = refusal(assume, org, TaskPolicyArn={})
    assert (code, status) == ("ValidationError", 400)
    assert message.startswith("1 validation error detected: Value null at 'taskPolicyArn")


@pytest.mark.parametrize("target", [MEMBER, f"arn:aws:iam::{MEMBER}:root"])
@pytest.mark.parametrize("account", [MANAGEMENT, DELEGATED])
def test_the_management_account_and_delegated_administrators_may(account: str, target: str, org: Lab) -> None:
    key = assume(org, target=target, key=KEYS[account])["AccessKeyId"]
    told = org.client(key, "sts").get_caller_identity()
    assert (told["Account"], told["Arn"], told["UserId"]) == (MEMBER, f"arn:aws:iam::{MEMBER}:root", MEMBER)


def test_a_root_session_lasts_fifteen_minutes_at_most(org: Lab) -> None:
    long, short = assume(org)["Expiration"], assume(org, DurationSeconds=60)["Expiration"]
    assert 830 < (long - short).total_seconds() < 850


def test_only_the_regional_endpoint_knows_root_sessions(org: Lab) -> None:
    assert org.sandbox
    sts = org.sandbox.client("sts", OPS, region="aws-global")
    call = {"TargetPrincipal": MEMBER, "TaskPolicyArn": task(AUDIT)}
    assert refusal(sts.assume_root, **call) == ("InvalidAction", 400, "Unknown Operation")


SWITCHES: dict[str, tuple[dict[str, Any], str]] = {
    "no trusted access": ({"trusted_access": False, **ON}, AUDIT),
    "credentials are not managed centrally": ({}, DELETE),
    "the other feature alone": ({"root_sessions": True}, AUDIT),
}


@pytest.mark.parametrize("reason", SWITCHES)
def test_without_its_feature_there_is_no_session(reason: str) -> None:
    organization, policy = SWITCHES[reason]
    with sandbox_lab(seed(**organization)) as lab:
        told = refusal(assume, lab, policy)
    assert told == ("ServiceAccessNotEnabledException", 400, NOT_ENABLED.format(MANAGEMENT))


PARAMS: dict[str, dict[str, Any]] = {
    "deactivate_mfa_device": {"SerialNumber": PHONE},
    "delete_virtual_mfa_device": {"SerialNumber": PHONE},
    "create_virtual_mfa_device": {"VirtualMFADeviceName": "x"},
    "get_mfa_device": {"SerialNumber": PHONE},
    "enable_mfa_device": {
        "UserName": "root", "SerialNumber": PHONE, "AuthenticationCode1": "123456", "AuthenticationCode2": "654321"
    },
    "resync_mfa_device": {
        "UserName": "root", "SerialNumber": PHONE, "AuthenticationCode1": "123456", "AuthenticationCode2": "654321"
    },
}  # fmt: skip
MAY: dict[str, list[str]] = {
    AUDIT: ["list_mfa_devices", "get_user", "get_login_profile", "get_account_summary"],
    DELETE: [
        "list_mfa_devices", "get_user", "get_login_profile", "deactivate_mfa_device", "delete_virtual_mfa_device",
        "delete_login_profile",
    ],
}  # fmt: skip
ALL = [
    "list_mfa_devices", "get_user", "get_login_profile", "get_account_summary", "deactivate_mfa_device",
    "delete_virtual_mfa_device", "delete_login_profile", "create_virtual_mfa_device", "list_virtual_mfa_devices",
    "get_mfa_device", "enable_mfa_device", "resync_mfa_device",
]  # fmt: skip


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("policy", [AUDIT, DELETE])
def test_a_task_allows_what_its_policy_names_and_nothing_else(policy: str, method: str, org: Lab) -> None:
    code, _, message = refusal(getattr(as_root(org, policy), method), **PARAMS.get(method, {}))
    assert (code != "AccessDenied") == (method in MAY[policy])
    if code == "AccessDenied":
        assert message.startswith(f"User: arn:aws:iam::{MEMBER}:root is not authorized to perform: iam:")
        assert "because no session policy allows the iam:" in message


@pytest.mark.parametrize("policy", [AUDIT, DELETE])
def test_root_is_all_that_a_task_may_touch(policy: str, org: Lab) -> None:
    assert refusal(as_root(org, policy).list_mfa_devices, UserName="mia")[0] == "AccessDenied"


def test_a_deactivation_and_the_end_of_a_password(org: Lab) -> None:
    assert org.sandbox
    audit, delete = as_root(org, AUDIT), as_root(org, DELETE)
    assert [one["SerialNumber"] for one in audit.list_mfa_devices()["MFADevices"]] == [PHONE, TOKEN]
    delete.deactivate_mfa_device(SerialNumber=TOKEN)
    assert org.sandbox.holders(MEMBER) == {"<root>": [PHONE]}
    assert audit.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    delete.deactivate_mfa_device(SerialNumber=PHONE)
    assert audit.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 0
    assert refusal(delete.deactivate_mfa_device, SerialNumber=PHONE)[2] == "MFA Device invalid for user."
    delete.delete_virtual_mfa_device(SerialNumber=PHONE)
    delete.delete_login_profile()
    assert refusal(audit.get_login_profile)[0] == "NoSuchEntity"
    assert audit.get_user()["User"]["Arn"] == f"arn:aws:iam::{MEMBER}:root"


def test_a_service_control_policy_stops_root_sessions_of_members() -> None:
    with sandbox_lab(seed(["iam:DeactivateMFADevice"], **ON)) as lab:
        assert lab.sandbox
        told = refusal(as_root(lab, DELETE).deactivate_mfa_device, SerialNumber=PHONE)
        assert told == ("AccessDenied", 403,
            f"User: arn:aws:iam::{MEMBER}:root is not authorized to perform: iam:DeactivateMFADevice "
            "on resource: * with an explicit deny in a service control policy")  # fmt: skip
        assert len(as_root(lab, AUDIT).list_mfa_devices()["MFADevices"]) == 2
        lab.sandbox.add({"accounts": {MEMBER: {"scp_deny_root": []}}})
        as_root(lab, DELETE).deactivate_mfa_device(SerialNumber=PHONE)


def test_no_service_control_policy_reaches_the_management_account() -> None:
    own = {"root": {"devices": [{"kind": "virtual", "name": "phone"}]}, "scp_deny_root": ["iam:DeactivateMFADevice"]}
    given = seed(**ON)
    given["accounts"][MANAGEMENT] = own
    with sandbox_lab(given) as lab:
        lab.client(ROOTS).deactivate_mfa_device(SerialNumber=f"arn:aws:iam::{MANAGEMENT}:mfa/phone")


CN, GOV = ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")


def in_partition(sandbox: Sandbox, partition: str, region: str) -> Any:
    policy = {"arn": f"arn:{partition}:iam::aws:policy/root-task/{AUDIT}"}
    sts = sandbox.client("sts", KEYS[STRANGER], region=region)
    return refusal(sts.assume_root, TargetPrincipal=MEMBER, TaskPolicyArn=policy)


def test_china_has_no_root_sessions_and_no_root_user() -> None:
    accounts = {STRANGER: {"partition": "aws-cn"}}
    with sandbox_lab({"accounts": accounts, "keys": {KEYS[STRANGER]: {"account": STRANGER, "role": "ops"}}}) as lab:
        assert lab.sandbox
        assert in_partition(lab.sandbox, *CN) == ("InvalidAction", 400, "Unknown Operation")
    with pytest.raises(SeedFault, match="an account in China has no root user"):
        Sandbox({"accounts": {STRANGER: {"partition": "aws-cn", "root": {}}}}).__enter__()


def test_a_task_of_govcloud_is_written_in_its_partition() -> None:
    accounts = {STRANGER: {"partition": "aws-us-gov"}, MEMBER: {"partition": "aws-us-gov"}}
    with sandbox_lab({"accounts": accounts, "keys": {KEYS[STRANGER]: {"account": STRANGER, "role": "ops"}}}) as lab:
        assert lab.sandbox
        assert in_partition(lab.sandbox, *GOV)[0] == "Success"
        policy = {"arn": f"arn:aws-us-gov:iam::aws:policy/root-task/{DELETE}"}
        sts = lab.sandbox.client("sts", KEYS[STRANGER], region=GOV[1])
        key = sts.assume_root(TargetPrincipal=MEMBER, TaskPolicyArn=policy)["Credentials"]["AccessKeyId"]
        assert lab.sandbox.client("iam", key, region=GOV[1]).list_mfa_devices()["MFADevices"] == []


FEATURES = "list_organizations_features"
ENABLE = "enable_organizations_root_credentials_management"
DISABLE = "disable_organizations_root_credentials_management"
SESSIONS = "enable_organizations_root_sessions"


def features(lab: Lab, method: str = FEATURES, account: str = MANAGEMENT) -> Any:
    answer = getattr(lab.client(KEYS[account]), method)()
    return answer["EnabledFeatures"]


def test_features_are_enabled_and_disabled() -> None:
    with sandbox_lab(seed()) as lab:
        assert features(lab) == []
        assert features(lab, ENABLE) == ["RootCredentialsManagement"]
        iam = as_root(lab, DELETE)
        assert features(lab, SESSIONS) == ["RootCredentialsManagement", "RootSessions"]
        assert assume(lab, "S3UnlockBucketPolicy")
        assert features(lab, DISABLE) == ["RootSessions"]
        assert features(lab, account=DELEGATED) == ["RootSessions"]
        assert refusal(assume, lab)[0] == "ServiceAccessNotEnabledException"
        assert len(iam.list_mfa_devices()["MFADevices"]) == 2


class Feature(NamedTuple):
    reason: str
    organization: dict[str, Any]
    code: str
    call: Callable[[Lab], object]


NO_ADMINISTRATOR = "AccountNotManagementOrDelegatedAdministratorException"
FEATURE_REFUSALS = [
    Feature("a delegated administrator may not enable", {}, "CallerIsNotManagementAccountException",
        lambda lab: features(lab, ENABLE, DELEGATED)),
    Feature("a plain member may not look", {}, NO_ADMINISTRATOR, lambda lab: features(lab, account=MEMBER)),
    Feature("an account without an organization", {}, "OrganizationNotFoundException",
        lambda lab: features(lab, account=STRANGER)),
    Feature("not all features", {"all_features": False}, "OrganizationNotInAllFeaturesModeException", features),
    Feature("no trusted access", {"trusted_access": False}, "ServiceAccessNotEnabledException",
        lambda lab: features(lab, ENABLE)),
]  # fmt: skip


@pytest.mark.parametrize("case", FEATURE_REFUSALS, ids=lambda case: case.reason)
def test_who_may_not_manage_features(case: Feature) -> None:
    with sandbox_lab(seed(**case.organization)) as lab, pytest.raises(ClientError) as caught:
        case.call(lab)
    assert caught.value.response["Error"]["Code"].removesuffix("Exception") == case.code.removesuffix("Exception")


FAULTS = [
    ({"management": None}, "organization.management: must be an account number of 12 digits"),
    ({"members": "all"}, "organization.members: must be a list of account numbers"),
    ({"members": ["1"]}, "organization.members[0]: must be an account number of 12 digits"),
    ({"delegated_administrators": [STRANGER]}, "organization.delegated_administrators: must be members"),
    ({"root_sessions": "yes"}, "organization.root_sessions: must be true or false"),
    ({"boss": 1}, "organization: has no field 'boss'"),
]


@pytest.mark.parametrize(("given", "words"), FAULTS, ids=[words for _, words in FAULTS])
def test_a_fault_of_the_organization(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SeedFault) as fault:
        Sandbox(seed(**given))
    assert words in str(fault.value)
