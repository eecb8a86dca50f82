"""Who has a console password. ListUsers does not tell: its PasswordLastUsed stays when a password goes.

The credential report answers for all users in two calls, as of up to four hours ago; a user whom it does not know, and
everybody where it cannot be had, is asked for with GetLoginProfile.
"""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.directory import CredentialReport
from mfa_association.aws.errors import AccessDenied, AwsError
from mfa_association.inventory.snapshot import Snapshot
from mfa_association.lifecycle.model import rfc3339
from mfa_association.reads.reader import Reader
from mfa_association.reads.report import credential_report


def with_passwords(reader: Reader, found: Snapshot, *, bulk: bool) -> Snapshot:
    """The snapshot with everybody's ``password``; with ``bulk`` as the credential report tells."""
    report = _report(reader) if bulk else None
    known: dict[str, bool | None] = dict(report.passwords) if report else {}
    rest = [user.name for user in found.users if user.name not in known]
    faults: list[AwsError] = []
    for name, answer in reader.each("console passwords", rest, reader.iam.has_password):
        known[name] = None if isinstance(answer, AwsError) else answer
        faults += [answer] if isinstance(answer, AccessDenied) else []
    reader.denied(faults, "users")
    users = tuple(replace(user, password=known[user.name]) for user in found.users)
    return replace(found, users=users, passwords_as_of=rfc3339(report.generated) if report else None)


def _report(reader: Reader) -> CredentialReport | None:
    """The credential report, or None: whatever is wrong with it, the users can be asked one by one."""
    try:
        return credential_report(reader)
    except AwsError:
        return None
