"""Every error that botocore's service models know of a call of ours is a type with words of its own.

The calls are found in the source, so a new call, and a new error in a newer botocore, turns this red.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

import mfa_association
from mfa_association.aws import errors
from mfa_association.aws.answers import translate_errors
from mfa_association.aws.codes import CODES
from mfa_association.aws.errors import AwsError
from mfa_association.aws.sentences import SENTENCES

PACKAGE = Path(mfa_association.__file__).parent
SERVICES = ("iam", "sts", "ssm", "secretsmanager")
BY_BOTOCORE = {"AssumeRole", "AssumeRoleWithWebIdentity"}
"""Calls that botocore makes for credentials."""
COMMON = ("AccessDenied", "Throttling", "ValidationError", "ExpiredToken", "InvalidClientTokenId", "ServiceUnavailable")
"""AWS's common errors: any call may end in one."""


class Modelled(NamedTuple):
    """One error that one call may end in."""

    operation: str
    code: str
    status: int


@functools.cache
def names() -> frozenset[str]:
    """Every word of our source that may name a call, less that of the sandbox."""
    files = (file for file in PACKAGE.rglob("*.py") if "sandbox" not in file.parts)
    return frozenset(word for file in files for word in re.findall(r"\b[a-z_]+\b", file.read_text()))


@functools.cache
def calls() -> dict[str, Any]:
    """The operations that we call, by name, as botocore models them."""
    session = botocore.session.Session()
    models = [session.get_service_model(service) for service in SERVICES]
    known = {name: model.operation_model(name) for model in models for name in model.operation_names}
    return {name: known[name] for name in known if name in BY_BOTOCORE or xform_name(name) in names()}


def modelled() -> list[Modelled]:
    """All of them."""
    shapes = [(name, shape) for name, model in calls().items() for shape in model.error_shapes]
    details = [(name, shape.name, shape.metadata.get("error", {})) for name, shape in shapes]
    return [Modelled(name, told.get("code", plain), told.get("httpStatusCode", 400)) for name, plain, told in details]


def answered(operation: str, code: str, status: int, asked: str | None = None) -> AwsError:
    """What we make of such an answer."""
    answer: Any = {
        "Error": {"Code": code, "Message": "as AWS says it"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    with pytest.raises(AwsError) as caught, translate_errors("doing something", asked or operation):
        raise ClientError(answer, operation)
    return caught.value


def test_the_calls_are_found() -> None:
    assert {"DeactivateMFADevice", "ListVirtualMFADevices", "AssumeRoot", "GetParameter", "GetSecretValue"} < set(
        calls()
    )
    assert len(calls()) > 30
    assert len(modelled()) > 80


@pytest.mark.parametrize("case", modelled(), ids=lambda case: f"{case.operation}-{case.code}")
def test_a_modelled_error_is_a_type_with_a_sentence(case: Modelled) -> None:
    fault = answered(*case)
    assert type(fault) is CODES[case.code]
    assert type(fault) is not AwsError
    words = str(fault)
    assert words.startswith("doing something: ")
    assert words.endswith(f" (AWS: {case.operation}: {case.code}: as AWS says it)")
    assert AwsError.cause not in words
    assert str(AwsError.advice) not in words


@pytest.mark.parametrize("operation", calls())
@pytest.mark.parametrize("code", COMMON)
def test_a_common_error_is_one_of_every_call(operation: str, code: str) -> None:
    assert type(answered(operation, code, 400)) is CODES[code] is not AwsError


@pytest.mark.parametrize("key", SENTENCES, ids=" ".join)
def test_a_sentence_is_for_something_that_may_happen(key: tuple[str, str]) -> None:
    operation, kind = key[0].removesuffix(" of root"), getattr(errors, key[1])
    assert operation in calls()
    codes = {code for case in modelled() for code in [case.code] if case.operation == operation} | set(COMMON)
    assert kind in {CODES[code] for code in codes}


@pytest.mark.parametrize(
    ("operation", "code", "words"),
    [
        ("GetParameter", "ParameterNotFound", "there is no such parameter; correct seed_source"),
        ("GetParameter", "ParameterVersionNotFound", "there is no such parameter; correct seed_source"),
        ("GetParameter", "ResourceNotFound", "there is no such parameter; correct seed_source"),
        ("GetSecretValue", "ResourceNotFoundException", "there is no such secret; correct seed_source"),
    ],
)
def test_a_seed_that_is_not_there_is_never_taken_for_a_missing_device(operation: str, code: str, words: str) -> None:
    fault = answered(operation, code, 404)
    assert type(fault) is errors.SeedNotFound
    assert f": {words} (AWS: " in str(fault)
    assert not fault.retryable


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "NoSuchEntity", "Surprise", "InvalidRequestException"])
def test_an_error_of_credentials_is_never_taken_for_a_missing_user(code: str) -> None:
    """SSO answers 404 where a role is no longer assigned: the user that was asked for may well be there."""
    fault = answered("GetRoleCredentials", code, 404, asked="ListMFADevices")
    assert type(fault) is errors.NoCredentials
    assert f"(AWS: GetRoleCredentials: {code}: " in str(fault)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AccessDenied", errors.AccessDenied), ("TooManyRequestsException", errors.Throttling)],
)
def test_other_errors_of_credentials_stay_what_they_are(code: str, kind: type[AwsError]) -> None:
    assert type(answered("GetRoleCredentials", code, 400, asked="ListMFADevices")) is kind
