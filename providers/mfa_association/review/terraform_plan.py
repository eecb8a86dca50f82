"""What ``terraform show -json PLAN`` or ``tofu show -json PLAN`` wrote, to the model. Pure.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mfa_association.review.document import Unreadable, mapping, objects
from mfa_association.review.model import Preview
from mfa_association.review.steps import TYPES, Step, sort

_INDEX = re.compile(r"\[[^\]]*\]")
_WRITE_ONLY = ("authentication_code_1", "authentication_code_1_wo", "seed", "seed_wo")


def is_plan(documents: list[dict[str, Any]]) -> bool:
    """Whether these documents are Terraform's or OpenTofu's."""
    return "format_version" in documents[0]


def read_plan(documents: list[dict[str, Any]], key: str | None) -> Preview:
    """The plan; ``key`` names the workspace. Raises ``Unreadable``."""
    stack = key or "terraform"
    plan = documents[0]
    if len(documents) > 1:
        raise Unreadable("it holds more than one JSON document")
    _refuse_other_documents(plan)
    version = plan.get("terraform_version")
    if plan.get("errored") is True:
        return Preview("terraform", stack, failure="the plan failed", engine_version=_text(version))
    _refuse_deferred(plan)
    found = sort(_steps(plan))
    return Preview(
        "terraform",
        stack,
        tuple(found.devices),
        tuple(found.users),
        tuple(found.grants),
        engine_version=_text(version),
        notes=tuple(_notes(plan)),
    )


def _refuse_other_documents(plan: dict[str, Any]) -> None:
    version = str(plan["format_version"])
    if version.split(".")[0] not in ("0", "1"):
        raise Unreadable(f"its format version {version[:20]} is not known")
    if "planned_values" not in plan and "resource_changes" not in plan:
        raise Unreadable("it is a state, not a plan")


def _refuse_deferred(plan: dict[str, Any]) -> None:
    """What is deferred is decided by a later plan, which nobody has read."""
    for one in objects(plan, "deferred_changes"):
        change = one.get("resource_change")
        if isinstance(change, dict) and change.get("type") in TYPES:
            raise Unreadable("it defers changes of MFA devices to a later plan")


def _steps(plan: dict[str, Any]) -> Iterator[Step]:
    codes = frozenset(_with_codes(mapping(mapping(plan, "configuration"), "root_module"), ""))
    for one in objects(plan, "resource_changes"):
        if one.get("type") in TYPES and one.get("mode", "managed") == "managed":
            yield from _of_resource(one, codes)


def _of_resource(one: dict[str, Any], codes: frozenset[str]) -> Iterator[Step]:
    address, change, kind = str(one.get("address")), mapping(one, "change"), str(one["type"])
    actions = change.get("actions")
    before, after = _bag(change.get("before"), None), _bag(change.get("after"), change.get("after_unknown"))
    enables = _INDEX.sub("", address) in codes
    pair = isinstance(actions, list) and len(actions) == 2
    for action in actions if isinstance(actions, list) and actions else ["?"]:
        if action in ("no-op", "update"):
            yield Step(address, kind, "same" if action == "no-op" else "update", before, after, enables=enables)
        elif action == "create":
            yield Step(address, kind, "create", after=after, replaces=pair, enables=enables)
        elif action == "delete":
            leftover = isinstance(one.get("deposed"), str)
            yield Step(address, kind, "delete", before, replaces=pair, leftover=leftover)
        elif action == "forget":
            yield Step(address, kind, "delete", before, replaces=pair, spared="it is only removed from the state")
        elif action != "read":
            yield Step(address, kind, "unknown", before or after, raw_op=str(action))


def _bag(values: object, unknown: object) -> dict[str, Any] | None:
    """The values of one side, None for what the plan does not know yet."""
    if not isinstance(values, dict):
        return None
    hidden = {name for name, value in unknown.items() if value is True} if isinstance(unknown, dict) else set()
    return {name: None if name in hidden else value for name, value in values.items()}


def _with_codes(module: dict[str, Any], path: str) -> Iterator[str]:
    """The addresses of resources whose configuration gives codes or a seed: write-only values show nowhere else."""
    for resource in objects(module, "resources"):
        if not mapping(resource, "expressions").keys().isdisjoint(_WRITE_ONLY):
            yield f"{path}{resource.get('address')}"
    for name, call in mapping(module, "module_calls").items():
        if isinstance(call, dict):
            yield from _with_codes(mapping(call, "module"), f"{path}module.{name}.")


def _notes(plan: dict[str, Any]) -> Iterator[str]:
    if plan.get("complete") is False:
        yield "The plan is not complete: a later one may change more."


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
