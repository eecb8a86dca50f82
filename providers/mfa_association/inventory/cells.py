"""A cell of a report: known, or not checked and why. A denial must never look like a "no"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NotChecked:
    """Why a cell is empty, in a few words: ``no credentials``, ``denied: iam:GetLoginProfile``."""

    reason: str


NOT_ASKED = NotChecked("not asked")
