"""The policy files of docs/policies, for the account of a test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "policies"
DOCUMENTED_ACCOUNT = "111122223333"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
IDENTITY_POLICIES = [name for name in NAMES if not name.startswith(("trust-", "state-"))]
"""What the work of this package needs; the state is the engine's."""
Document = dict[str, Any]


def load(name: str, account: str = DOCUMENTED_ACCOUNT) -> Document:
    """A policy, written for an account."""
    document: Document = json.loads((FOLDER / f"{name}.json").read_text().replace(DOCUMENTED_ACCOUNT, account))
    return document


def allowed(name: str) -> Mapping[str, list[str]]:
    """The actions that a policy allows, each with its resources."""
    found: dict[str, list[str]] = {}
    for statement in load(name)["Statement"]:
        for action in statement["Action"] if statement["Effect"] == "Allow" else ():
            found.setdefault(action, []).append(statement["Resource"])
    return found


def without(document: Document, action: str | None) -> Document:
    """The policy less one allowed action."""

    def less(statement: Document) -> Document:
        taken = statement["Effect"] == "Allow" and action in statement["Action"]
        return {**statement, "Action": [one for one in statement["Action"] if one != action]} if taken else statement

    return {**document, "Statement": [one for one in map(less, document["Statement"]) if one["Action"]]}
