"""How old the lists are that a review used, wherever it is read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.markdown import to_markdown
from mfa_association.review.report_json import to_json
from tests.review.live.stage import preview

LIVE = Live("arn:aws:iam::111122223333:role/review", "2026-01-31T12:00:05Z")
SHOWN = [
    (None, "at `2026-01-31T12:00:05Z`</sub>", None),
    ("2026-01-31T12:00:00Z", "`2026-01-31T12:00:05Z`, users, groups and policies as of `2026-01-31T12:00:00Z`</sub>",
        "2026-01-31T12:00:00Z"),
    (NotChecked("denied: iam:ListUsers"), "`2026-01-31T12:00:05Z`, each user alone (`denied: iam:ListUsers`)</sub>", None),
]  # fmt: skip


@pytest.mark.parametrize(("listed_at", "words", "told"), SHOWN)
def test_the_age_of_the_lists_is_shown(listed_at: str | NotChecked | None, words: str, told: str | None) -> None:
    report = classify(preview(), Context(replace(LIVE, listed_at=listed_at)))
    assert words in to_markdown(report, None)
    assert json.loads(to_json(report))["live"]["lists_as_of"] == told
