"""Whether a report may pass. Pure."""

from __future__ import annotations

from typing import Literal

from mfa_association.review.findings import RISKS, Report

FailOn = Literal["critical", "high", "medium", "low", "never"]


def closed_by(report: Report, fail_on: FailOn, max_removals: int | None = None) -> list[str]:
    """Why the gate is closed, a sentence each; none when it is open. An unassessed report is not the gate's to judge."""
    found = [*report.losses, *report.gains]
    serious = 0 if fail_on == "never" else sum(RISKS.index(one.risk) <= RISKS.index(fail_on) for one in found)
    causes = []
    if serious:
        findings = "1 finding is" if serious == 1 else f"{serious} findings are"
        causes.append(f"{findings} {fail_on}{'' if fail_on == 'critical' else ' or worse'} (--fail-on {fail_on})")
    if max_removals is not None and report.removals > max_removals:
        causes.append(f"{report.removals} devices would be deactivated (--max-removals {max_removals})")
    return causes
