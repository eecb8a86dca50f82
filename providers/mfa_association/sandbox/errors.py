"""What the sandbox refuses, with AWS's codes, HTTP statuses and words."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, int] = {
    "AccessDenied": 403,
    "ConcurrentModification": 409,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "EntityTemporarilyUnmodifiable": 409,
    "ExpiredToken": 403,
    "InternalFailure": 500,
    "InvalidAuthenticationCode": 403,
    "InvalidClientTokenId": 403,
    "LimitExceeded": 409,
    "NoSuchEntity": 404,
    "ReportExpired": 410,
    "ReportInProgress": 404,
    "ReportNotPresent": 410,
    "RequestExpired": 400,
    "ServiceFailure": 500,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
}
"""HTTP status of each code: botocore's IAM model, and the common errors of the API reference. All others are 400."""

MESSAGES: Mapping[str, str] = {
    "ConcurrentModification": "Request was rejected because of a conflict. Please wait a few minutes and submit again.",
    "EntityTemporarilyUnmodifiable": "The entity is temporarily unmodifiable. Please try again after several minutes.",
    "ExpiredToken": "The security token included in the request is expired",
    "InvalidAuthenticationCode": "Authentication code for device is not valid.",
    "InvalidClientTokenId": "The security token included in the request is invalid.",
    "LimitExceeded": "Cannot exceed quota for MFADevicesPerUser: 8.",
    "NoSuchEntity": "MFA Device invalid for user.",
    "ServiceFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
    "Throttling": "Rate exceeded",
}
"""What AWS says with a code, for faults that give no words of their own."""


class Refused(Exception):
    """An error answer of AWS: its code, its message, and the HTTP status that belongs to the code."""

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code = code
        self.message = message or MESSAGES.get(code, "The request was refused by the sandbox.")
        self.status = STATUSES.get(code, 400)
        super().__init__(f"{code}: {self.message}")


class Dropped(ConnectionError):
    """The answer is to be lost: the connection closes without a byte."""


def no_user(name: str) -> Refused:
    """The user of this name does not exist."""
    return Refused("NoSuchEntity", f"The user with name {name} cannot be found.")


def no_device(serial: str) -> Refused:
    """No device has this serial number."""
    return Refused("NoSuchEntity", f"MFA Device with serial number {serial} does not exist.")


def not_held() -> Refused:
    """The device exists, but this user does not hold it."""
    return Refused("NoSuchEntity", "MFA Device invalid for user.")
