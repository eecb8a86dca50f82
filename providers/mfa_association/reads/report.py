"""The credential report: console password and MFA of all users in two calls, as of up to four hours ago."""

from __future__ import annotations

from mfa_association.aws.directory import CredentialReport
from mfa_association.reads.reader import Reader

REPORT_TIME = 60.0
"""Seconds to wait for a report."""


def credential_report(reader: Reader, seconds: float = REPORT_TIME) -> CredentialReport | None:
    """The report, made if there is none; None if it is not there in time. Raises ``AwsError``."""
    ready = reader.wait(reader.directory.start_report, seconds)
    return reader.with_retries(reader.directory.report) if ready else None
