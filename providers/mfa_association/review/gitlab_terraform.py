"""A report as the counts that GitLab's widget for Terraform shows under a merge request. Pure.

Source: https://docs.gitlab.com/user/infrastructure/iac/mr_integration/ (the keys create, update, delete).
"""

from __future__ import annotations

import json

from mfa_association.review.findings import Report


def to_gitlab_terraform(report: Report) -> str:
    """Devices that are added, changed and deactivated. Without numbers, so that the widget says that the report could
    not be made, where nothing could be assessed: zeros would say that nobody loses anything.
    """
    if report.failure is not None:
        return json.dumps({"failure": "could not assess"}) + "\n"
    added = sum(one.kind == "added" for one in report.gains)
    counts = {"create": added, "update": len(report.gains) - added, "delete": report.removals}
    return json.dumps(counts) + "\n"
