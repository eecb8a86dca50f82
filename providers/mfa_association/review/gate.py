"""Whether a report may pass: by its risks, and by what was reviewed before. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from mfa_association.errors import MfaError
from mfa_association.review.findings import RISKS, Finding, Report, plain, resource_name
from mfa_association.review.report_json import VERSION
from mfa_association.text import on_one_line

FailOn = Literal["critical", "high", "medium", "low", "never"]


def closed_by(report: Report, fail_on: FailOn, max_removals: int | None = None) -> list[str]:
    """Why the gate is closed, a sentence each; none when it is open. An unassessed report is not the gate's to judge.

    ``max_removals``: the most devices that may be deactivated; None for the limit that the configuration sets.
    """
    serious = 0 if fail_on == "never" else sum(RISKS.index(risk) <= RISKS.index(fail_on) for risk in report.risks)
    causes = []
    if serious:
        findings = "1 finding is" if serious == 1 else f"{serious} findings are"
        causes.append(f"{findings} {fail_on}{'' if fail_on == 'critical' else ' or worse'} (--fail-on {fail_on})")
    if max_removals is not None and report.removals > max_removals:
        causes.append(f"{report.removals} devices would be deactivated (--max-removals {max_removals})")
    elif max_removals is None and report.max_removals is not None and report.removals > report.max_removals:
        limit = f"the configuration allows {report.max_removals} a run; --max-removals N lifts this"
        causes.append(f"{report.removals} devices would be deactivated ({limit})")
    return [*causes, *_stopped(report)]


def _stopped(report: Report) -> Iterator[str]:
    """Runs that surely stop half-way for somebody who loses a device: nobody has reviewed what is left then."""
    live = report.live
    losers = {finding.holder.key for finding in report.losses if finding.holder and (finding.counts or finding.removal)}
    whose = {finding.address: finding.holder for finding in (*report.losses, *report.gains) if finding.holder}
    for address, cause in live.predicted_failures if live else ():
        holder = whose.get(address)
        if live and address in live.certain and holder and holder.key in losers:
            yield f"{holder} loses a device, and the run would stop: {cause}"


_MOST = 10
_CODE = "code"
_Subject = tuple[str, str, str, str]
"""What happens (loss or gain and its kind, a change's kind, code), the resource, its holder, the device: what a reviewer
agrees to."""


def not_reviewed(report: Report, reviews: Mapping[str, str]) -> list[str]:
    """Why a report goes beyond what was reviewed, a sentence each: new findings, and those that are worse now.

    ``reviews``: the text of each JSON report by its path. One of another stack, or one that could not assess, reviewed
    nothing. Code that runs counts like a finding. What was reviewed and would not happen any more is no objection. Raises ``MfaError``.
    """
    agreed = _agreed(_read(path, text) for path, text in reviews.items()).get(report.stack, {})
    causes = []
    for finding in (*report.losses, *report.gains):
        known = agreed.get(_subject_of(finding))
        if known is None or RISKS.index(finding.risk) < RISKS.index(known):
            causes.append(_sentence(finding, known))
    for change in report.changes:
        known = agreed.get(_subject(change.kind, change.address, plain(change.what), None))
        if known is None or RISKS.index(change.risk) < RISKS.index(known):
            was = "was not reviewed" if known is None else f"was {known} then"
            causes.append(on_one_line(f"{change.address} {plain(change.what)} ({change.risk}) {was}"))
    for address in report.code:
        if _subject(_CODE, address, None, None) not in agreed:
            causes.append(on_one_line(f"{resource_name(address)} runs code, which was not reviewed"))
    return causes if len(causes) <= _MOST else [*causes[:_MOST], f"and {len(causes) - _MOST} more"]


def _agreed(documents: Iterable[dict[str, Any]]) -> dict[str, dict[_Subject, Any]]:
    """The worst risk that was reviewed, by stack and subject."""
    agreed: dict[str, dict[_Subject, Any]] = {}
    for document in documents:
        subjects = agreed.setdefault(document["stack"], {})
        for side in ("losses", "gains"):
            for finding in document[side]:
                holder = finding["root_account_id"] or finding["user_name"]
                subject = _subject(f"{side} {finding['kind']}", finding["address"], holder, finding["serial_number"])
                subjects[subject] = min(finding["risk"], subjects.get(subject, "info"), key=RISKS.index)
        for change in document["changes"]:
            subjects[_subject(change["kind"], change["address"], change["what"], None)] = change["risk"]
        for address in document["code"]["addresses"]:
            subjects[_subject(_CODE, address, None, None)] = "info"
    return agreed


def _read(path: str, text: str) -> dict[str, Any]:
    """A report that `review --format json` wrote. Raises ``MfaError``."""
    fault = MfaError(
        f"reading what was reviewed ({path}): this version of `review --format json` did not write it;"
        " nothing in it counts as reviewed, review the change again"
    )
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise fault
        _agreed([document])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise fault from None
    return document  # type: ignore[no-any-return]


def _subject_of(finding: Finding) -> _Subject:
    holder = finding.holder
    name = (holder.root_account_id or holder.user_name) if holder else None
    side = "losses" if finding.is_loss else "gains"
    return _subject(f"{side} {finding.kind}", finding.address, name, finding.serial_number)


def _subject(what: str, address: str, holder: str | None, serial_number: str | None) -> _Subject:
    """Without regard to case, as IAM compares."""
    return (what, address, (holder or "").lower(), (serial_number or "").lower())


def _sentence(finding: Finding, known: str | None) -> str:
    device = finding.serial_number or "all devices"
    what = on_one_line(f"{finding.holder or 'a holder that is not known yet'}, {device}: {plain(finding.what)}")
    return f"{what} ({finding.risk}) was not reviewed" if known is None else f"{what} ({finding.risk}) was {known} then"
