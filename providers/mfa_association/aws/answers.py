"""From what botocore raises to what IAM meant: decided by error code or exception type, never by text."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from mfa_association.aws.codes import CODES
from mfa_association.aws.errors import (
    AwsError,
    BadSettings,
    InvalidInput,
    LostAnswer,
    MfaCodeNeeded,
    NoCredentials,
    NoSuchEntity,
    SecretUnavailable,
    SeedNotFound,
    ServiceFailure,
    Unreachable,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_OF_SEEDS = ("GetParameter", "GetSecretValue")


@contextmanager
def translate_errors(action: str, operation: str, secrets: Sequence[str] = ()) -> Iterator[None]:
    """Turn whatever botocore raises into a typed ``AwsError``; ``action`` starts its sentence.

    ``secrets`` are struck out of AWS's words: a ValidationError repeats the value it refuses. A KeyError or ValueError
    is what botocore raises for a document that is XML but not AWS's, an OSError for a file that the AWS configuration
    names and that cannot be read.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as fault:
        raise _from_answer(action, operation, fault, secrets) from None
    except (BotoCoreError, ResponseParserError, KeyError, ValueError, OSError) as fault:
        raise _from_boto(action, operation, fault, secrets) from None


@contextmanager
def making_a_client(action: str) -> Iterator[None]:
    """As ``translate_errors``, where nothing is sent yet: there a ValueError is a setting such as an endpoint without http."""
    with translate_errors(action, ""):
        try:
            yield
        except JSONDecodeError as fault:
            said = f"what credential_process printed, or a cached token, is not JSON: {fault}"
            raise BadSettings(action, "", said) from None
        except ValueError as fault:
            raise BadSettings(action, "", str(fault)) from None


def require_request_id(answer: Any) -> None:
    """Refuse a success without a request id, such as a proxy's page, which would count as a finished write."""
    if "RequestId" not in answer["ResponseMetadata"]:
        raise KeyError("RequestId")


def _from_answer(action: str, asked: str, fault: ClientError, secrets: Sequence[str]) -> AwsError:
    """botocore may have made another call than the one asked for: for credentials."""
    operation = asked if asked.startswith(fault.operation_name or "?") else fault.operation_name
    answer: Any = fault.response
    error = answer.get("Error", {})
    code, said = str(error.get("Code", "")), str(error.get("Message", ""))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    kind = CODES.get(code) or _by_status(status, code)
    return _of(operation, asked, kind)(
        action, operation, _without(secrets, f"{operation.partition(' ')[0]}: {code}: {said}")
    )


def _of(operation: str, asked: str, kind: type[AwsError]) -> type[AwsError]:
    """What is missing belongs to the call that was answered: never take a role or a seed for a user or a device."""
    if operation in _OF_SEEDS:
        return SeedNotFound if kind is NoSuchEntity else kind
    if operation != asked and kind in (AwsError, NoSuchEntity, SeedNotFound, SecretUnavailable):
        return NoCredentials
    return kind


def _by_status(status: int, code: str) -> type[AwsError]:
    """A 404 with a code of its own is a compatible cloud's NoSuchEntity; one without is some proxy's page."""
    if status >= 500:
        return ServiceFailure
    if not code:
        return LostAnswer
    return NoSuchEntity if status == 404 else AwsError


def _from_boto(action: str, operation: str, fault: Exception, secrets: Sequence[str]) -> AwsError:
    kind = next((kind for causes, kind in _kinds() if isinstance(fault, causes)), AwsError)
    said = f"the answer has no {fault}" if isinstance(fault, KeyError) else str(fault)
    return kind(action, operation, _without(secrets, said))


def _without(secrets: Sequence[str], said: str) -> str:
    for secret in secrets:
        said = said.replace(secret, "******")
    return said


@functools.cache
def _kinds() -> tuple[tuple[tuple[type[Exception], ...], type[AwsError]], ...]:
    import botocore.exceptions as boto
    from botocore.parsers import ResponseParserError

    from mfa_association.aws.boto import CodeNotAsked

    never_sent = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError, boto.SSLError)
    refused = (boto.ParamValidationError,)
    settings = (
        boto.InvalidRegionError,
        boto.UnknownRegionError,
        boto.BaseEndpointResolverError,
        boto.EndpointProviderError,
        boto.InvalidEndpointConfigurationError,
        boto.InvalidRetryConfigurationError,
        boto.InvalidProxiesConfigError,
        boto.InvalidDefaultsMode,
        boto.ConfigParseError,
        boto.ConfigNotFound,
        OSError,
    )
    lost = (boto.HTTPClientError, boto.IncompleteReadError, ResponseParserError, KeyError, ValueError)
    identity = (
        boto.NoCredentialsError,
        boto.PartialCredentialsError,
        boto.CredentialRetrievalError,
        boto.MetadataRetrievalError,
        boto.TokenRetrievalError,
        boto.SSOError,
        getattr(boto, "LoginError", boto.SSOError),  # `aws login`: younger than the oldest boto3 that is allowed
        boto.ProfileNotFound,
        boto.NoAuthTokenError,
        boto.InvalidConfigError,
        boto.MissingDependencyException,
    )
    return (
        ((CodeNotAsked, boto.RefreshWithMFAUnsupportedError), MfaCodeNeeded),
        (never_sent, Unreachable),
        (refused, InvalidInput),
        (settings, BadSettings),
        (identity, NoCredentials),
        (lost, LostAnswer),
    )
