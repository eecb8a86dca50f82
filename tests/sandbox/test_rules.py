"""IAM's rules, one row each, with AWS's code, HTTP status and message; and which of them plain moto breaks."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from mfa_association.terraform.certificate import self_signed
from tests.sandbox.lab import (
    ACCOUNT,
    ALICE,
    DENIED,
    EXPIRED,
    OTHER,
    ROOT,
    ROOT_PHONE,
    ROOT_SCP,
    TOKEN,
    Lab,
    moto_lab,
    refusal,
    sandbox_lab,
)

ABSENT = f"arn:aws:iam::{ACCOUNT}:mfa/absent"
BAD_CODES = ("InvalidAuthenticationCode", 403, "Authentication code for device is not valid.")
NOT_HELD = ("NoSuchEntity", 404, "MFA Device invalid for user.")
NO_SUCH = ("NoSuchEntity", 404, f"MFA Device with serial number {ABSENT} does not exist.")
NO_USER = ("NoSuchEntity", 404, "The user with name nobody cannot be found.")
IN_USE = ("EntityAlreadyExists", 409, "MFA Device is already in use.")
OWN_DEVICE = (
    "AccessDenied",
    403,
    "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.",
)
NO_FIDO = "The MFA device serial number sent in the request is invalid or not supported by this API."
PATH = (
    "ValidationError",
    400,
    "The specified value for path is invalid. It must begin and end with / "
    "and contain only alphanumeric characters and/or / characters.",
)
SUCCESS = ("Success", 200, "")
NAME = r"[\w+=,.@-]+"
ANY_POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}}'
CERTIFICATE = ssl.DER_cert_to_PEM_cert(self_signed()[0])
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}


def invalid(value: str, at: str, constraint: str) -> tuple[str, int, str]:
    message = f"1 validation error detected: {value} at '{at}' failed to satisfy constraint: Member must {constraint}"
    return "ValidationError", 400, message


@dataclass(frozen=True)
class Row:
    """`act` is refused with `expected`. `moto_wrong`: plain moto answers otherwise."""

    reason: str
    expected: tuple[str, int, str]
    act: Callable[[Lab], object]
    moto_wrong: bool = True


def conflict(words: str) -> tuple[str, int, str]:
    return "DeleteConflict", 409, f"Cannot delete entity, {words}."


def enable_with(lab: Lab, serial: str, first: str, second: str, user: str = "alice") -> None:
    lab.iam.enable_mfa_device(UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second)


def same_code_twice(lab: Lab) -> None:
    serial = lab.create()
    code = lab.codes(serial)["AuthenticationCode1"]
    enable_with(lab, serial, code, code)


def reversed_codes(lab: Lab) -> None:
    serial = lab.create()
    codes = lab.codes(serial)
    enable_with(lab, serial, codes["AuthenticationCode2"], codes["AuthenticationCode1"])


def wrong_code(lab: Lab) -> None:
    serial = lab.create()
    first = lab.codes(serial)["AuthenticationCode1"]
    enable_with(lab, serial, first, f"{(int(first) + 1) % 10**6:06}")


def used_codes(lab: Lab) -> None:
    serial = lab.create()
    codes = lab.codes(serial)
    lab.iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
    lab.deactivate(serial)
    lab.iam.enable_mfa_device(UserName="bob", SerialNumber=serial, **codes)


def ninth_device(lab: Lab) -> None:
    for number in range(9):
        lab.held("alice", f"phone{number}")


def second_holder(lab: Lab) -> None:
    lab.enable("bob", lab.held("alice"))


def by_alice(lab: Lab) -> Any:
    return lab.client(ALICE)


def own_second_device(lab: Lab) -> None:
    lab.held()
    lab.enable("alice", lab.create("second"), by_alice(lab))


def own_resync(lab: Lab) -> None:
    serial = lab.held()
    by_alice(lab).resync_mfa_device(UserName="alice", SerialNumber=serial, **lab.codes(serial))


def twice(call: Callable[[], object]) -> None:
    call()
    call()


def deactivate_twice(lab: Lab) -> None:
    serial = lab.held()
    twice(lambda: lab.deactivate(serial))


def others_device(lab: Lab) -> None:
    lab.held()
    lab.enable("bob", lab.create("bobs"), by_alice(lab))


def throttled(lab: Lab) -> None:
    if lab.sandbox:
        lab.sandbox.throttle(rate=0.001, burst=1)
    twice(lab.iam.list_virtual_mfa_devices)


def faulty(lab: Lab, error: str) -> None:
    serial = lab.create()
    if lab.sandbox:
        lab.sandbox.fault("EnableMFADevice", error=error)
    lab.enable("alice", serial)


def delete_held(lab: Lab) -> None:
    lab.iam.delete_virtual_mfa_device(SerialNumber=lab.held())


def delete_user(lab: Lab) -> None:
    lab.held("bob")
    lab.iam.delete_user(UserName="bob")


def delete_with(give: Callable[[Any], object]) -> Callable[[Lab], None]:
    """Delete bob, who was given something first."""

    def act(lab: Lab) -> None:
        give(lab.iam)
        lab.iam.delete_user(UserName="bob")

    return act


def into_a_group(iam: Any) -> None:
    iam.create_group(GroupName="dev")
    iam.add_user_to_group(GroupName="dev", UserName="bob")


def with_a_policy(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="own", PolicyDocument=ANY_POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)


def take_name(lab: Lab) -> None:
    lab.iam.update_user(UserName="bob", NewUserName="ALICE")


def deactivate_own(lab: Lab) -> None:
    serial = lab.held()
    by_alice(lab).deactivate_mfa_device(SerialNumber=serial)


def create_path(path: str) -> Callable[[Lab], object]:
    return lambda lab: lab.create("phone", Path=path)


def resync(lab: Lab, serial: str, user: str = "alice", **codes: str) -> None:
    lab.iam.resync_mfa_device(UserName=user, SerialNumber=serial, **(codes or lab.codes(serial)))


def tags(count: int) -> list[dict[str, str]]:
    return [{"Key": f"key{number}", "Value": "x"} for number in range(count)]


def forty_and_twenty_tags(lab: Lab) -> None:
    serial = lab.create(Tags=tags(40))
    lab.iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": f"more{number}", "Value": "x"} for number in range(20)])


def assume(lab: Lab) -> None:
    lab.client(DENIED, "sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/ops", RoleSessionName="run")


def wrong_token_code(lab: Lab) -> None:
    serial = lab.held()
    by = lab.client(ALICE, "sts")
    by.get_session_token(SerialNumber=serial, TokenCode="000000")


ROWS = [
    Row("create the same name twice", ("EntityAlreadyExists", 409, "MFA device already exists."),
        lambda lab: twice(lab.create)),
    Row("names differ in case only", ("EntityAlreadyExists", 409, "MFA device already exists."),
        lambda lab: (lab.create("Phone"), lab.create("phone"))),
    Row("enable on the same user", ("EntityAlreadyExists", 409, "MFA Device for user alice already exists."),
        lambda lab: lab.enable("ALICE" if lab.sandbox else "alice", lab.held())),
    Row("enable on another user", IN_USE, second_holder),
    Row("the same code twice", BAD_CODES, same_code_twice),
    Row("codes in the wrong order", BAD_CODES, reversed_codes),
    Row("a wrong code", BAD_CODES, wrong_code),
    Row("codes that were used before deactivation", BAD_CODES, used_codes),
    Row("deactivate what nobody holds", NOT_HELD, lambda lab: lab.deactivate(lab.create())),
    Row("deactivate what another user holds", NOT_HELD, lambda lab: lab.deactivate(lab.held("bob"))),
    Row("deactivate twice", NOT_HELD, deactivate_twice),
    Row("resync what another user holds", NOT_HELD, lambda lab: resync(lab, lab.held("bob"))),
    Row("resync what nobody holds", NOT_HELD, lambda lab: resync(lab, lab.create())),
    Row("resync with codes of nothing", BAD_CODES, lambda lab: resync(lab, lab.held(), **CODES)),
    Row("enable an absent device", NO_SUCH, lambda lab: enable_with(lab, ABSENT, "123456", "654321")),
    Row("deactivate an absent device", NO_SUCH, lambda lab: lab.deactivate(ABSENT)),
    Row("resync an absent device", NO_SUCH, lambda lab: resync(lab, ABSENT, **CODES)),
    Row("delete an absent device", NO_SUCH, lambda lab: lab.iam.delete_virtual_mfa_device(SerialNumber=ABSENT)),
    Row("a device of another account", ("NoSuchEntity", 404, NO_SUCH[2].replace(ACCOUNT, OTHER)),
        lambda lab: enable_with(lab, ABSENT.replace(ACCOUNT, OTHER), "123456", "654321")),
    Row("the user is looked up before the codes", NO_USER,
        lambda lab: enable_with(lab, lab.create(), "123456", "123456", "nobody"), moto_wrong=False),
    Row("the user is looked up before the device", NO_USER, lambda lab: lab.deactivate(ABSENT, "nobody"),
        moto_wrong=False),
    Row("list for no such user", NO_USER, lambda lab: lab.iam.list_mfa_devices(UserName="nobody"), moto_wrong=False),
    Row("delete while assigned", ("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first."),
        delete_held),
    Row("delete a user with a device",
        ("DeleteConflict", 409, "Cannot delete entity, must delete MFA device first."), delete_user),
    Row("delete a user with a password", conflict("must delete login profile first"),
        delete_with(lambda iam: iam.create_login_profile(UserName="bob", Password="sandbox-of-bob"))),
    Row("delete a user with an access key", conflict("must delete access keys first"),
        delete_with(lambda iam: iam.create_access_key(UserName="bob"))),
    Row("delete a user with an attached policy", conflict("must detach all policies first"),
        delete_with(with_a_policy), moto_wrong=False),
    Row("delete a user with an inline policy", conflict("must delete policies first"),
        delete_with(lambda iam: iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=ANY_POLICY)),
        moto_wrong=False),
    Row("delete a user in a group", conflict("must remove users from group first"), delete_with(into_a_group)),
    Row("delete a user with a signing certificate", conflict("must remove referenced objects first"),
        delete_with(lambda iam: iam.upload_signing_certificate(UserName="bob", CertificateBody=CERTIFICATE))),
    Row("delete a user with an SSH key", conflict("must remove referenced objects first"),
        delete_with(lambda iam: iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody="ssh-rsa AAAA"))),
    Row("delete a user with nothing", SUCCESS, delete_with(lambda iam: iam.get_user(UserName="bob")), moto_wrong=False),
    Row("GetMFADevice of a virtual device",
        ("ValidationError", 400, f"{NO_FIDO} Currently, only hardware FIDO security keys are supported by this API."),
        lambda lab: lab.iam.get_mfa_device(SerialNumber=lab.create())),
    Row("GetMFADevice of another user", NOT_HELD,
        lambda lab: lab.iam.get_mfa_device(SerialNumber=lab.fido(), UserName="alice")),
    Row("FIDO cannot be enabled by the API", ("ValidationError", 400, NO_FIDO),
        lambda lab: enable_with(lab, lab.fido(), "123456", "654321")),
    Row("FIDO cannot be resynced", ("ValidationError", 400, NO_FIDO),
        lambda lab: resync(lab, lab.fido(), "carol", **CODES)),
    Row("a bad marker", ("ValidationError", 400, "Invalid Marker."),
        lambda lab: lab.iam.list_mfa_devices(UserName="alice", Marker="100")),
    Row("a bad marker of virtual devices", ("ValidationError", 400, "Invalid Marker."),
        lambda lab: lab.iam.list_virtual_mfa_devices(Marker="YmVmb3JlOng=")),
    Row("path without a leading slash", PATH, create_path("x/")),
    Row("path without a trailing slash", PATH, create_path("/x")),
    Row("path with a blank", PATH, create_path("/a b/")),
    Row("empty parts of a path are fine", SUCCESS, create_path("/test//double/")),
    Row("a name with a blank", invalid("Value 'a b'", "virtualMFADeviceName",
        rf"satisfy regular expression pattern: {NAME}"), lambda lab: lab.create("a b")),
    Row("letters beyond ASCII", invalid("Value 'ä'", "virtualMFADeviceName",
        rf"satisfy regular expression pattern: {NAME}"), lambda lab: lab.create("ä")),
    Row("a name that is too long", invalid(f"Value '{'x' * 227}'", "virtualMFADeviceName",
        "have length less than or equal to 226"), lambda lab: lab.create("x" * 227)),
    Row("a long path", invalid(f"Value '/{'x' * 511}/'", "path", "have length less than or equal to 512"),
        create_path(f"/{'x' * 511}/")),
    Row("a serial number that is too long", invalid(f"Value '{'x' * 257}'", "serialNumber",
        "have length less than or equal to 256"), lambda lab: lab.deactivate("x" * 257)),
    Row("a serial number with a blank", invalid("Value 'GAHT 1234567'", "serialNumber",
        r"satisfy regular expression pattern: [\w+=/:,.@-]+"), lambda lab: lab.deactivate("GAHT 1234567")),
    Row("markup in a message comes back whole", invalid("Value '<&>'", "userName",
        rf"satisfy regular expression pattern: {NAME}"), lambda lab: lab.iam.list_mfa_devices(UserName="<&>")),
    Row("a code of seven digits is not repeated", invalid("Value", "authenticationCode1",
        "have length less than or equal to 6"), lambda lab: enable_with(lab, lab.create(), "1234567", "123456")),
    Row("a code of letters is not repeated", invalid("Value", "authenticationCode2",
        r"satisfy regular expression pattern: [\d]+"), lambda lab: enable_with(lab, lab.create(), "123456", "abcdef")),
    Row("digits beyond ASCII", invalid("Value", "authenticationCode1", r"satisfy regular expression pattern: [\d]+"),
        lambda lab: enable_with(lab, lab.create(), "١٢٣٤٥٦", "123456")),
    Row("a page of 1001", invalid("Value '1001'", "maxItems", "have value less than or equal to 1000"),
        lambda lab: lab.iam.list_virtual_mfa_devices(MaxItems=1001)),
    Row("a bad AssignmentStatus", invalid("Value 'Both'", "assignmentStatus",
        "satisfy enum value set: [Assigned, Unassigned, Any]"),
        lambda lab: lab.iam.list_virtual_mfa_devices(AssignmentStatus="Both")),
    Row("a user name of 129", invalid(f"Value '{'u' * 129}'", "userName", "have length less than or equal to 128"),
        lambda lab: lab.iam.list_mfa_devices(UserName="u" * 129)),
    Row("a user name of 65 in GetMFADevice", invalid(f"Value '{'u' * 65}'", "userName",
        "have length less than or equal to 64"),
        lambda lab: lab.iam.get_mfa_device(SerialNumber=lab.fido(), UserName="u" * 65)),
    Row("the ninth device", ("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8."), ninth_device),
    Row("AWS-2023-001: a second own device", OWN_DEVICE, own_second_device),
    Row("AWS-2023-001: deactivating an own device", OWN_DEVICE, deactivate_own),
    Row("AWS-2023-001: the first own device is allowed", SUCCESS,
        lambda lab: lab.enable("alice", lab.create(), by_alice(lab)), moto_wrong=False),
    Row("AWS-2023-001: resync is allowed", SUCCESS, own_resync),
    Row("AWS-2023-001: others' devices are unaffected", SUCCESS,
        others_device, moto_wrong=False),
    Row("a policy denies it", ("AccessDenied", 403,
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/sandbox is not authorized to perform: iam:DeactivateMFADevice "
        "on resource: user alice with an explicit deny in an identity-based policy"),
        lambda lab: lab.deactivate(lab.held(), client=lab.client(DENIED))),
    Row("a policy denies what moto answers", ("AccessDenied", 403,
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/sandbox is not authorized to perform: iam:GetLoginProfile "
        "on resource: user alice with an explicit deny in an identity-based policy"),
        lambda lab: lab.client(DENIED).get_login_profile(UserName="alice")),
    Row("a role that cannot be assumed", ("AccessDenied", 403,
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/sandbox is not authorized to perform: sts:AssumeRole "
        f"on resource: arn:aws:iam::{OTHER}:role/ops"), assume),
    Row("an SCP denies root", ("AccessDenied", 403,
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: iam:DeactivateMFADevice "
        "on resource: * with an explicit deny in a service control policy"),
        lambda lab: lab.client(ROOT_SCP).deactivate_mfa_device(SerialNumber=ROOT_PHONE)),
    Row("an expired token", ("ExpiredToken", 403, "The security token included in the request is expired"),
        lambda lab: lab.client(EXPIRED).list_mfa_devices(UserName="alice")),
    Row("an expired token at STS", ("ExpiredToken", 403, "The security token included in the request is expired"),
        lambda lab: lab.client(EXPIRED, "sts").get_caller_identity()),
    Row("a role must name the user", ("ValidationError", 400,
        "Must specify userName when calling with non-User credentials"), lambda lab: lab.iam.list_mfa_devices()),
    Row("the caller is the default", SUCCESS, lambda lab: lab.client(ALICE).list_mfa_devices()),
    Row("root's own list", SUCCESS, lambda lab: lab.client(ROOT).list_mfa_devices()),
    Row("too fast", ("Throttling", 400, "Rate exceeded"), throttled),
    Row("a name deleted and recreated", ("EntityTemporarilyUnmodifiable", 409,
        "The entity is temporarily unmodifiable. Please try again after several minutes."),
        lambda lab: faulty(lab, "EntityTemporarilyUnmodifiable")),
    Row("a simultaneous change", ("ConcurrentModification", 409,
        "Request was rejected because of a conflict. Please wait a few minutes and submit again."),
        lambda lab: faulty(lab, "ConcurrentModification")),
    Row("51 tags in one call", ("ValidationError", 400, "1 validation error detected: Value"),
        lambda lab: lab.create(Tags=tags(51))),
    Row("more than 50 tags in two calls", ("LimitExceeded", 409,
        "The number of tags has reached the maximum limit of 50."), forty_and_twenty_tags),
    Row("tag keys that differ in case only", ("InvalidInput", 400,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        lambda lab: lab.create(Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])),
    Row("tags are for virtual devices", ("InvalidInput", 400, "Only virtual MFA devices can be tagged."),
        lambda lab: lab.iam.tag_mfa_device(SerialNumber=TOKEN, Tags=tags(1))),
    Row("a user's name is taken in any case", ("EntityAlreadyExists", 409, "User with name ALICE already exists."),
        lambda lab: lab.iam.create_user(UserName="ALICE")),
    Row("a rename to a taken name", ("EntityAlreadyExists", 409, "User with name ALICE already exists."), take_name),
    Row("no console password", ("NoSuchEntity", 404, "Login Profile for User bob cannot be found."),
        lambda lab: lab.iam.get_login_profile(UserName="bob")),
    Row("a user found in another case", SUCCESS, lambda lab: lab.iam.get_user(UserName="ALICE")),
    Row("STS checks the code", ("AccessDenied", 403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. "), wrong_token_code),
]  # fmt: skip


def shortened(told: tuple[str, int, str], row: Row) -> tuple[str, int, str]:
    """A message that lists all of a long value is compared by its beginning."""
    long = row.reason == "51 tags in one call"
    return (told[0], told[1], told[2][: len(row.expected[2])]) if long else told


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_the_sandbox_obeys(row: Row, lab: Lab) -> None:
    assert shortened(refusal(row.act, lab), row) == row.expected


@pytest.mark.parametrize("row", [row for row in ROWS if row.moto_wrong], ids=lambda row: row.reason)
def test_plain_moto_does_not(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these rows is a correction: moto answers otherwise, or not at all."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with moto_lab() as lab:
        try:
            told = shortened(refusal(row.act, lab), row)
        except (NotImplementedError, ValueError):
            return
    assert told != row.expected


def test_two_faults_are_told_together() -> None:
    with sandbox_lab() as lab:
        told = refusal(enable_with, lab, "x" * 257, "12345678", "123456")
    assert told[2] == (
        f"2 validation errors detected: Value '{'x' * 257}' at 'serialNumber' failed to satisfy constraint: "
        "Member must have length less than or equal to 256; "
        "Value at 'authenticationCode1' failed to satisfy constraint: Member must have length less than or equal to 6"
    )
