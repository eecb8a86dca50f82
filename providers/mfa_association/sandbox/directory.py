"""ListUsers and the credential report: moto has neither pages, nor who holds a device, nor a report with an age.

Sources: the API reference, and the user guide on credential reports (one at most every four hours; its columns).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from moto.iam.models import AccessKey, User

from .errors import Refused
from .listing import user_as_shown
from .paging import by_name, page
from .request import Action, Request, Result

_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
REPORT_AGE = 4 * 3600
"""Seconds for which a report is given out again instead of a new one."""
COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{n}_{what}" for n in (1, 2) for what in _KEY),
    *(f"cert_{n}_{what}" for n in (1, 2) for what in ("active", "last_rotated")),
)
_NEVER_READ, _NO_INFORMATION = "N/A", "no_information"
"""What stands for a time: of nothing, and of what was never used (user guide)."""


def users(request: Request) -> Result:
    """ListUsers."""
    prefix = request.params.get("PathPrefix", "/")
    shown, more = page(request, (user for user in request.view.users.values() if user.path.startswith(prefix)), by_name)
    return {"Users": [user_as_shown(user) for user in shown], **more}


def start_report(request: Request) -> Result:
    """GenerateCredentialReport: a new one begins now and is there at the next call; a young one is kept."""
    account, now = request.account, request.world.now()
    if account.report and now - account.report[0] < REPORT_AGE:
        return {"State": "COMPLETE"}
    account.report = (now, _report(request))
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


def report(request: Request) -> Result:
    """GetCredentialReport."""
    kept = request.account.report
    if not kept:
        raise Refused("ReportNotPresent", "Credential report not present")
    if request.world.now() - kept[0] >= REPORT_AGE:
        raise Refused("ReportExpired", "Credential report expired")
    generated = datetime.fromtimestamp(int(kept[0]), timezone.utc)
    return {"Content": kept[1].encode(), "ReportFormat": "text/csv", "GeneratedTime": generated}


def _report(request: Request) -> str:
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval=_NEVER_READ, lineterminator="\n")
    rows.writeheader()
    account = request.account
    holders = {device.holder for device in account.devices.values()}
    root = {"user": "<root_account>", "arn": account.arn("root"), "password_enabled": "not_supported"}
    rows.writerow({**root, "mfa_active": _truth(bool(account.live.held_by(None)))})
    for user in sorted(account.live.users.values(), key=lambda user: str(user.name)):
        rows.writerow(_row(user, user.id in holders))
    return text.getvalue()


def _row(user: User, holds: bool) -> Mapping[str, str]:
    password = bool(user.password)
    never = _NO_INFORMATION if password else _NEVER_READ
    return {
        "user": user.name,
        "arn": user.arn,
        "user_creation_time": _moment(user.create_date, _NEVER_READ),
        "password_enabled": _truth(password),
        "password_last_used": _moment(user.password_last_used, never) if password else never,
        "mfa_active": _truth(holds),
        **dict.fromkeys(("access_key_1_active", "access_key_2_active"), "false"),
        **{column: cell for number, key in enumerate(user.access_keys, 1) for column, cell in _key(number, key)},
    }


def _key(number: int, key: AccessKey) -> Iterator[tuple[str, str]]:
    used = key.last_used.timestamp if key.last_used else None
    yield f"access_key_{number}_active", _truth(key.status == "Active")
    yield f"access_key_{number}_last_used_date", _moment(used, _NEVER_READ)


def _moment(moment: Any, never: str) -> str:
    """As the report spells times: in UTC, with seconds."""
    if not isinstance(moment, datetime):
        return never
    utc = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return utc.isoformat(timespec="seconds")


def _truth(value: bool) -> str:
    return "true" if value else "false"


ACTIONS: Mapping[str, Action] = {
    "ListUsers": users,
    "GenerateCredentialReport": start_report,
    "GetCredentialReport": report,
}
