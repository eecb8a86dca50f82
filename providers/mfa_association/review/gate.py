"""Whether a report may pass. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mfa_association.review.findings import RISKS, Report

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
    losers = {one.holder.key for one in report.losses if one.holder and (one.counts or one.removal)}
    whose = {one.address: one.holder for one in (*report.losses, *report.gains) if one.holder}
    for address, cause in live.predicted_failures if live else ():
        holder = whose.get(address)
        if live and address in live.certain and holder and holder.key in losers:
            yield f"{holder} loses a device, and the run would stop: {cause}"
