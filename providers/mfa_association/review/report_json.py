"""A report as JSON, for other tools: review.schema.json of this package says what is in it. Pure."""

from __future__ import annotations

import json
from typing import Any

from mfa_association.review.facts import NotChecked
from mfa_association.review.findings import Cell, Finding, Report, plain
from mfa_association.review.sentence import gainers, losers, password_alone, sentence

VERSION = 1


def to_json(report: Report) -> str:
    """The report; names are as they are, whoever shows them has to escape them."""
    document = {
        "version": VERSION,
        "engine": report.engine,
        "engine_version": report.engine_version,
        "stack": report.stack,
        "verdict": report.verdict,
        "sentence": sentence(report),
        "failure": report.failure,
        "totals": _totals(report),
        "losses": [_finding(finding) for finding in report.losses],
        "gains": [_finding(finding) for finding in report.gains],
        "changes": [
            {"kind": change.kind, "risk": change.risk, "address": change.address, "what": plain(change.what)}
            for change in report.changes
        ],
        "code": {"files": list(report.files), "addresses": list(report.code), "risk": report.code_risk},
        "max_removals": report.max_removals,
        "live": _live(report),
        "notes": list(report.notes),
    }
    return json.dumps(document, indent=1) + "\n"


def _totals(report: Report) -> dict[str, int]:
    total, none, maybe = losers(report)
    return {
        "users_losing": total,
        "users_left_with_none": none,
        "users_perhaps_left_with_none": maybe,
        "users_with_password_alone": password_alone(report),
        "users_gaining": gainers(report),
        "removals": report.removals,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "risk": finding.risk,
        "user_name": finding.holder.user_name if finding.holder else None,
        "root_account_id": finding.holder.root_account_id if finding.holder else None,
        "serial_number": finding.serial_number,
        "device_kind": finding.device_kind.name,
        "what": plain(finding.what),
        "why": plain(finding.why),
        "undo": plain(finding.undo),
        "devices_left": {
            "count": finding.left.count,
            "basis": finding.left.basis,
            "added": finding.left.coming,
            "serial_numbers": list(finding.left.names),
        },
        "console_password": _cell(finding.console_password),
        "administrator": _cell(finding.administrator),
        "address": finding.address,
        "declared_at": {"file": finding.place.file, "line": finding.place.line} if finding.place else None,
        "benchmarks": list(finding.cis),
        "own_line": finding.own_line,
        "password_last_used": finding.last_sign_in,
        "counts": finding.counts,
        "removal": finding.removal,
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"answer": cell.answer, "note": cell.note}


def _live(report: Report) -> dict[str, Any] | None:
    live = report.live
    if live is None:
        return None
    checked, simulated = live.checked_as, live.simulated_as
    return {
        "checked_as": None if isinstance(checked, NotChecked) else checked,
        "not_checked": checked.reason if isinstance(checked, NotChecked) else None,
        "checked_at": live.checked_at,
        "lists_as_of": live.listed_at if isinstance(live.listed_at, str) else None,
        "others_without_device": None
        if isinstance(live.password_only_users, NotChecked)
        else list(live.password_only_users),
        "others_as_of": live.bare_as_of,
        "obstacles": [{"address": address, "cause": cause} for address, cause in live.predicted_failures],
        "simulated_as": list(simulated) if isinstance(simulated, tuple) else None,
        "not_simulated": simulated.reason if isinstance(simulated, NotChecked) else None,
        "not_foreseen": list(live.not_foreseen),
    }
