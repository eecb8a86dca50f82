"""What a stack recorded: an export, a state file, and what is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mfa_association.inventory.associations import PICKLE
from mfa_association.inventory.stack import Recorded, StackUnreadable, read_stack
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE
from tests.support.company import PHONE, SINCE

OUTPUTS = {"serial_number": PHONE, "user_name": "alice", "active": True, "enable_date": SINCE, "__provider": "gASV"}
CAMEL = {"serialNumber": PHONE, "userName": "alice", "active": True, "enableDate": SINCE}
RESOURCES = [{"type": PULUMI_TYPE, "outputs": OUTPUTS}, {"type": "pulumi:pulumi:Stack"}, {"type": PULUMI_TYPE}, 7]


@pytest.mark.parametrize(
    "document",
    [
        {"version": 3, "deployment": {"resources": RESOURCES}},
        {"version": 3, "checkpoint": {"latest": {"resources": RESOURCES}}},
        {"resources": RESOURCES},
    ],
)
def test_an_export_a_state_file_and_an_import_file_are_read(tmp_path: Path, document: dict[str, Any]) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(document))
    recorded = read_stack(str(tmp_path / "stack.json"))
    assert recorded == {PHONE.lower(): Recorded(PHONE, "alice", True, SINCE, None)}


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"type": "pulumi-python:dynamic:Resource", "outputs": {**OUTPUTS, "__provider": PICKLE}}, "a subclass"),
        ({"type": BRIDGED_TYPE, "outputs": CAMEL}, "the Terraform provider through Pulumi's bridge"),
        (
            {
                "type": "pulumi-nodejs:dynamic:Resource",
                "inputs": {"serial_number": 1, "user_name": 2},
                "outputs": OUTPUTS,
            },
            "its provider is a secret",
        ),
    ],
)
def test_an_association_is_found_whatever_its_type(tmp_path: Path, resource: dict[str, Any], reason: str) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"deployment": {"resources": [resource]}}))
    recorded = read_stack(str(tmp_path / "stack.json"))
    assert recorded == {PHONE.lower(): Recorded(PHONE, "alice", True, SINCE, None)}, reason


def test_another_resource_is_none(tmp_path: Path) -> None:
    other = {"type": "pulumi-python:dynamic:Resource", "inputs": {"user_name": "a"}, "outputs": OUTPUTS}
    (tmp_path / "stack.json").write_text(json.dumps({"deployment": {"resources": [other]}}))
    assert read_stack(str(tmp_path / "stack.json")) == {}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "it is not JSON"),
        ("[]", "it does not hold a deployment"),
        ("{}", "it does not hold a deployment"),
        ('{"deployment": 1}', "it does not hold a deployment"),
        ('{"checkpoint": {"latest": {"resources": 1}}}', "it does not hold a deployment"),
        (None, "No such file"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str | None, cause: str) -> None:
    path = tmp_path / "stack.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(StackUnreadable, match=cause):
        read_stack(str(path))


def test_an_empty_stack_recorded_nothing(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"version": 3, "deployment": {"manifest": {}}}')
    assert read_stack(str(tmp_path / "stack.json")) == {}
