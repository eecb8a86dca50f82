"""Previews and plans in the shape of the engines, as small as a case needs them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from mfa_association.inventory.associations import PICKLE
from mfa_association.tokens import PULUMI_TYPE

ACCOUNT = "111122223333"
PROJECT = "urn:pulumi:prod::access"
STACK = f"{PROJECT}::pulumi:pulumi:Stack::access-prod"
CODES = {"authentication_code_1": "[secret]", "authentication_code_2": "[secret]"}

State = dict[str, Any]


def arn(name: str) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


def written(user: str, serial: str, name: str | None = None, **inputs: Any) -> State:
    """An association as a program declares it."""
    bag = {"__provider": PICKLE, "serial_number": serial, "user_name": user, **inputs}
    return _state(PULUMI_TYPE, name or serial.split(":", 5)[-1], bag, "pulumi-python")


def assoc(user: str, serial: str, name: str | None = None, **inputs: Any) -> State:
    """An association as it was saved."""
    state = written(user, serial, name, **inputs)
    saved = {"account_id": ACCOUNT, "active": True, "device_kind": "virtual", "user_id": "AIDAALICE"}
    return {**state, "id": serial, "outputs": {**state["inputs"], **saved}}


def step(op: str, old: State | None = None, new: State | None = None) -> State:
    """A step of a preview."""
    sides = {name: state for name, state in (("oldState", old), ("newState", new)) if state}
    return {"op": op, "urn": (new or old or {})["urn"], **sides, "detailedDiff": None}


def resource(op: str, kind: str, name: str, **inputs: Any) -> State:
    """A step of another resource, which is created or deleted."""
    bag = {"name": name, **inputs} if kind == "aws:iam/user:User" else inputs
    state = _state(kind, name, bag, kind.partition(":")[0])
    if op == "create":
        return step(op, None, state)
    outputs = {**bag, "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}"}
    return step(op, {**state, "id": name, "outputs": outputs})


def provider(op: str, package: str, **inputs: Any) -> State:
    """A step of an explicit provider that stays as it is."""
    state = _state(f"pulumi:providers:{package}", package, inputs, "pulumi")
    return step(op, state, state)


def preview(*steps: State, config: dict[str, str] | None = None) -> bytes:
    """What ``pulumi preview --json --show-sames --show-replacement-steps`` writes."""
    root = {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"}
    all_steps = [step("same", root, root), *steps]
    counts = Counter(one["op"] for one in all_steps)
    document = {"config": config or {}, "steps": all_steps, "duration": 1, "changeSummary": counts}
    return json.dumps(document).encode()


def terraform(action: str, address: str, user: str, serial: str) -> State:
    """A change of an association in a plan."""
    values = {"account_id": ACCOUNT, "active": True, "id": serial, "serial_number": serial, "user_name": user}
    before = None if action == "create" else values
    after = None if action in ("delete", "forget") else {**values, "active": None}
    return {
        "address": address,
        "mode": "managed",
        "type": "mfa_device_association",
        "provider_name": "registry.terraform.io/mfa-association/mfa",
        "change": {"actions": [action], "before": before, "after": after, "after_unknown": {}},
    }


def plan(*changes: State, moved: bool = False) -> bytes:
    """What ``terraform show -json plan.bin`` writes. ``moved``: the addresses are new ones of what was there."""
    for one in changes if moved else ():
        one["previous_address"] = f"{one['address']}_before"
    full = {"mfa": {"name": "mfa", "full_name": "registry.terraform.io/mfa-association/mfa"}}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.13.5",
        "planned_values": {"root_module": {}},
        "resource_changes": changes,
        "configuration": {"provider_config": full, "root_module": {"resources": []}},
        "complete": True,
        "errored": False,
    }
    return json.dumps(document).encode()


def _state(kind: str, name: str, inputs: dict[str, Any], package: str) -> State:
    return {
        "urn": f"{PROJECT}::{kind}::{name}",
        "custom": True,
        "type": kind,
        "inputs": inputs,
        "parent": STACK,
        "provider": f"{PROJECT}::pulumi:providers:{package}::default::57058def",
        "propertyDependencies": {key: [] for key in inputs},
    }
