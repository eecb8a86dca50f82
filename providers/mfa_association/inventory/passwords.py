"""What users sign in with besides a device: console passwords and access keys, and when each was used last.

The credential report tells all of it for everybody in two calls, as of up to four hours ago. Where it cannot be had, and
for users that are named, passwords are asked for one by one, and keys are not checked.
"""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.directory import CredentialReport
from mfa_association.aws.errors import AccessDenied, AwsError
from mfa_association.aws.reader import Reader, credential_report
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.snapshot import ListedHolder, Snapshot, moment
from mfa_association.lifecycle.model import rfc3339

_OF_NAMED = NotChecked("access keys are read for whole accounts only")


def with_passwords(reader: Reader, found: Snapshot, *, bulk: bool) -> Snapshot:
    """The snapshot with everybody's ``password``; with ``bulk`` as the credential report tells."""
    report, why = _report(reader) if bulk else (None, _OF_NAMED)
    known: dict[str, bool | None] = {name: user.password for name, user in report.users.items()} if report else {}
    rest = [user.name for user in found.users if user.name not in known]
    faults: list[AwsError] = []
    for name, answer in reader.each("console passwords", rest, reader.iam.has_password):
        known[name] = None if isinstance(answer, AwsError) else answer
        faults += [answer] if isinstance(answer, AccessDenied) else []
    reader.denied(faults, "users")
    users = tuple(_with_keys(replace(user, password=known[user.name]), report, why) for user in found.users)
    return replace(found, users=users, passwords_as_of=rfc3339(report.generated) if report else None)


def _with_keys(user: ListedHolder, report: CredentialReport | None, why: NotChecked) -> ListedHolder:
    """With the keys of the report; one who is younger than it has no row there."""
    if report is None:
        return replace(user, keys_last_used=why)
    told = report.users.get(user.name)
    if told is None:
        return replace(user, keys_last_used=NotChecked("younger than the credential report"))
    last_used = user.password_last_used
    if isinstance(last_used, NotChecked):
        last_used = moment(told.password_last_used)
    return replace(user, password_last_used=last_used, keys_last_used=tuple(map(moment, told.keys_last_used)))


def _report(reader: Reader) -> tuple[CredentialReport | None, NotChecked]:
    """The credential report, or why there is none: whatever is wrong with it, passwords can be asked for one by one."""
    try:
        return credential_report(reader), NotChecked("the credential report was not ready in time")
    except AwsError as fault:
        return None, NotChecked(f"no credential report: {fault.cause}")
