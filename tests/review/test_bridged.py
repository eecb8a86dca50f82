"""Through Pulumi's bridge a change is judged as with the dynamic provider: the captured previews of the same changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.inventory.stack import read_stack
from mfa_association.tokens import BRIDGED_TYPE
from tests.support.programs import DAVES, KEY, PHONE, TOKEN
from tests.support.stack import virtual

from .golden import HERE, golden

NAMES = sorted(path.stem.removeprefix("bridged-") for path in (HERE / "previews").glob("bridged-*.json"))
BY_NAME = ("address", "declared_at")
"""What is told of a finding that only says where it was declared."""


def _report(name: str) -> dict[str, Any]:
    report = json.loads(golden(f"preview-{name}", "json").read_text(encoding="utf-8"))
    for finding in (*report["losses"], *report["gains"], *report["changes"]):
        for key in BY_NAME:
            finding.pop(key, None)
    for kind in ("losses", "gains", "changes"):
        report[kind].sort(key=lambda one: json.dumps(one, sort_keys=True))
    return report  # type: ignore[no-any-return]


def test_every_kind_of_change_was_captured() -> None:
    assert {"delete", "renamed", "move", "replace", "gains", "unchanged"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_that_of_the_dynamic_provider(name: str) -> None:
    assert _report(f"bridged-{name}") == _report(name)


@pytest.mark.parametrize("name", NAMES)
def test_it_was_the_bridge_that_was_captured(name: str) -> None:
    text = (HERE / "previews" / f"bridged-{name}.json").read_text(encoding="utf-8")
    assert "pulumi-python:dynamic" not in text and (BRIDGED_TYPE in text or name == "empty")


def test_no_seed_and_no_code_was_captured() -> None:
    steps = json.loads((HERE / "previews" / "bridged-gains.json").read_text(encoding="utf-8"))["steps"]
    bags = [step["newState"].get("inputs", {}) for step in steps if step["urn"].split("::")[2] == BRIDGED_TYPE]
    written = [value for bag in bags for name, value in bag.items() if name.endswith("Wo")]
    assert len(written) == 3 and set(written) == {"[secret]"}


def test_the_export_of_a_bridged_stack_is_read() -> None:
    recorded = read_stack(str(HERE / "exports" / "bridged.json"))
    holders = {one.serial_number: (one.user_name, one.active) for one in recorded.values()}
    assert holders == {
        virtual("alice-tablet"): ("alice", True),
        PHONE: ("alice", False),
        DAVES: ("dave", True),
        TOKEN: ("bob", True),
        KEY: ("carol", True),
    }
    assert all(one.user_id for one in recorded.values() if one.active)
