"""From what botocore raises to what IAM meant: decided by error code or exception type, never by text."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mfa_association.aws.errors import (
    CODES,
    AwsError,
    InvalidInput,
    LostAnswer,
    NoCredentials,
    NoSuchEntity,
    ServiceFailure,
    Unreachable,
)


@contextmanager
def meaning(action: str, operation: str) -> Iterator[None]:
    """Turn whatever botocore raises into a typed ``AwsError``; ``action`` starts its sentence."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as fault:
        asked = operation if operation.startswith(fault.operation_name or "?") else fault.operation_name
        raise _from_answer(action, asked, fault.response) from None
    except (BotoCoreError, ResponseParserError) as fault:
        raise _from_boto(action, operation, fault) from None


def _from_answer(action: str, operation: str, answer: Any) -> AwsError:
    error = answer.get("Error", {})
    code, said = str(error.get("Code", "")), str(error.get("Message", ""))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    kind = CODES.get(code) or (ServiceFailure if status >= 500 else NoSuchEntity if status == 404 else AwsError)
    return kind(action, operation, f"{operation.partition(' ')[0]}: {code}: {said}")


def _from_boto(action: str, operation: str, fault: Exception) -> AwsError:
    kind = next((kind for causes, kind in _kinds() if isinstance(fault, causes)), AwsError)
    return kind(action, operation, str(fault))


@functools.cache
def _kinds() -> tuple[tuple[tuple[type[Exception], ...], type[AwsError]], ...]:
    import botocore.exceptions as boto
    from botocore.parsers import ResponseParserError

    never_sent = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError, boto.SSLError)
    refused = (boto.ParamValidationError, boto.InvalidRegionError, boto.NoRegionError)
    lost = (boto.HTTPClientError, boto.IncompleteReadError, ResponseParserError)
    identity = (
        boto.NoCredentialsError,
        boto.PartialCredentialsError,
        boto.CredentialRetrievalError,
        boto.MetadataRetrievalError,
        boto.TokenRetrievalError,
        boto.SSOError,
        boto.ProfileNotFound,
        boto.ConfigParseError,
        boto.ConfigNotFound,
    )
    return (never_sent, Unreachable), (refused, InvalidInput), (lost, LostAnswer), (identity, NoCredentials)
