"""What the review takes for what: every spelling of one thing, and the text that our provider is told by."""

from __future__ import annotations

import pytest

from mfa_association.inventory.associations import PICKLE, is_association, snake
from mfa_association.review.types import is_opaque, is_unknown_of_ours, role_of, runs_code
from mfa_association.tokens import PULUMI_TYPE


def test_the_text_of_our_provider_is_what_pulumi_saves() -> None:
    from pulumi.dynamic.dynamic import serialize_provider

    from mfa_association.pulumi.provider import Provider

    assert serialize_provider(Provider()) == PICKLE


@pytest.mark.parametrize("arguments", [{}, {"module": "acme", "name": "Phone"}])
def test_a_subclass_keeps_the_type(arguments: dict[str, str]) -> None:
    from mfa_association.pulumi import MfaDeviceAssociation

    class Phone(MfaDeviceAssociation, **arguments):
        """A subclass, as programs have them."""

    assert f"pulumi-python:{Phone._resource_type_name}" == PULUMI_TYPE


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("pulumi-python:dynamic/iam:MfaDeviceAssociation", "association"),
        ("mfa:index/deviceAssociation:DeviceAssociation", "association"),
        ("mfa_device_association", "association"),
        ("aws:index/iamUser:IamUser", "user"),
        ("aws-native:iam:VirtualMfaDevice", "virtual-device"),
        ("aws-native:iam:ManagedPolicy", "managed-policy"),
        ("awscc_iam_virtual_mfa_device", "virtual-device"),
        ("aws:iam/policy:Policy", "managed-policy"),
        ("aws:iam/groupMembership:GroupMembership", "group-users"),
        ("aws:s3/bucket:Bucket", None),
        ("evil:iam/user:User", None),
    ],
)
def test_what_a_type_is(kind: str, role: str | None) -> None:
    assert role_of(kind) == role


def test_what_is_opaque_or_runs_code() -> None:
    stacks = ("aws_cloudformation_stack_set", "aws:cloudformation/stack:Stack", "aws-native:cloudformation:Stack")
    assert all(map(is_opaque, stacks)) and not is_opaque("aws_cloudformation_type")
    code = ("command:remote:Command", "aws_lambda_invocation", "pulumi-nodejs:dynamic:Resource", "external")
    assert all(map(runs_code, code)) and not runs_code("aws_lambda_function") and not runs_code(PULUMI_TYPE)
    assert is_unknown_of_ours("mfa:index/x:X") and not is_unknown_of_ours("mfa_device_association")


@pytest.mark.parametrize("odd", [None, 7, "[secret]", "not base64!", ""])
def test_what_is_no_pickle_is_not_ours(odd: object) -> None:
    assert not is_association({"type": "pulumi-python:dynamic:Resource", "inputs": {"__provider": odd}})


def test_names_of_every_language() -> None:
    names = ("serialNumber", "authenticationCode1Wo", "user_name", "SerialNumber", "authentication_code_1")
    assert [snake(name) for name in names] == [
        "serial_number",
        "authentication_code_1_wo",
        "user_name",
        "serial_number",
        "authentication_code_1",
    ]
