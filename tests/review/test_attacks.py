"""Nothing passes the review unseen: one folder of ``attacks`` a trick, each with what is right.

``preview.json`` or ``plan.json`` is in the exact shape of the engines; ``attack.json`` says what the trick takes
(``takes``), what AWS would answer (``live``), and what is right: all losses, gains and changes with their risk, and words
that the report has to hold, or must not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Facts, Holder, Live
from mfa_association.review.findings import Report, resource_name
from mfa_association.review.gate import closed_by
from mfa_association.review.markdown import to_markdown
from mfa_association.review.parse import parse
from mfa_association.review.report_json import to_json
from mfa_association.review.text import to_text

from .make import facts

ATTACKS = Path(__file__).parent / "attacks"
NAMES = sorted(path.parent.name for path in ATTACKS.glob("*/attack.json"))


def attack(name: str) -> tuple[dict[str, Any], Report]:
    folder = ATTACKS / name
    told = json.loads((folder / "attack.json").read_text(encoding="utf-8"))
    (document,) = [path for path in folder.iterdir() if path.name in ("preview.json", "plan.json")]
    preview = parse(document.read_bytes())
    return told, classify(preview, Context(_live(told.get("live")), author=told.get("author")))


def _live(told: dict[str, Any] | None) -> Live | None:
    if told is None:
        return None
    holders: list[Facts] = []
    for user, given in told.get("users", {}).items():
        lists = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
        holders.append(facts(user, **{**given, **lists}))
    present = tuple((serial, Holder(user)) for serial, user in told.get("present", {}).items())
    obstacles = tuple((address, cause) for address, cause in told.get("obstacles", []))
    certain = frozenset(address for address, _ in obstacles)
    who, when = "arn:aws:iam::111122223333:role/review", "2026-01-31T12:00:00Z"
    return Live(who, when, tuple(holders), present=present, predicted_failures=obstacles, certain=certain)


def test_there_are_enough() -> None:
    assert len(NAMES) >= 85


@pytest.mark.parametrize("name", NAMES)
def test_what_a_trick_takes_is_said(name: str) -> None:
    told, report = attack(name)
    right, reason = told["right"], told["takes"]
    if "failure" in right:
        assert report.failure and right["failure"] in report.failure, reason
        return
    assert report.failure is None, reason
    assert [[one.who, one.risk] for one in report.losses] == right.get("losses", []), reason
    assert [[one.who, one.risk] for one in report.gains] == right.get("gains", []), reason
    assert [[one.kind, one.risk] for one in report.changes] == right.get("changes", []), reason
    assert [resource_name(address) for address in report.code] == right.get("code", []), reason
    assert bool(closed_by(report, "never")) is right.get("closed", False), reason
    assert "fail" not in to_text(report).lower(), "older versions of Atlantis take that for a closed gate"
    comment = to_markdown(report).replace("`", "")
    assert not [words for words in right.get("says", []) if words not in comment], comment
    for text in (to_text(report, width=400), to_markdown(report), to_json(report)):
        assert not [words for words in right.get("hides", []) if words in text], reason
