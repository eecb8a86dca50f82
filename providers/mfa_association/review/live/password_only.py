"""Users whom the change does not touch and who sign in with a password alone: two calls, and one more for each found."""

from __future__ import annotations

from mfa_association.aws.directory import CredentialReport
from mfa_association.aws.reader import credential_report
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.reads import LiveReads

REPORT_TIME = 20.0
"""Seconds to wait for a credential report that was asked for at the start of the review."""
ASKED_AGAIN = 100
"""Of so many users found in the report, which may be four hours old, each is asked for its devices once more."""

Bare = tuple[str, ...] | NotChecked


def find_bare(reads: LiveReads, touched: set[str]) -> tuple[Bare, str | None]:
    """Their names, and as of when; ``touched``: names in lower case that are left out."""
    report = reads.attempt(lambda: credential_report(reads.reader, REPORT_TIME))
    if report is None:
        return NotChecked("the credential report was not ready"), None
    if isinstance(report, NotChecked):
        return report, None
    names = sorted(_candidates(report, touched), key=str.lower)
    asked = reads.reader.each(
        "users without a device",
        names if len(names) <= ASKED_AGAIN else [],
        lambda name: reads.read(lambda: bool(reads.reader.iam.list_mfa_devices(name)), True),
    )
    settled = {name for name, is_gone_or_holds in asked if is_gone_or_holds is True}
    return tuple(name for name in names if name not in settled), rfc3339(report.generated)


def _candidates(report: CredentialReport, touched: set[str]) -> list[str]:
    return [
        name
        for name, user in report.users.items()
        if user.password and not user.mfa and not name.startswith("<") and name.lower() not in touched
    ]
