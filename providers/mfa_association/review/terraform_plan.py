"""What ``terraform show -json PLAN`` or ``tofu show -json PLAN`` wrote, to the model. Pure.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mfa_association.review.changes import of_devices, of_policies
from mfa_association.review.cloudcontrol import is_cloud_control, is_of_iam, named_type, role_of_named, unfolded
from mfa_association.review.document import Unreadable, mapping, objects
from mfa_association.review.grants import grants
from mfa_association.review.model import Change, Name, Preview
from mfa_association.review.steps import Step, sort
from mfa_association.review.terraform_config import Configuration, without_keys
from mfa_association.review.types import Role, is_opaque, is_unknown_of_ours, role_of, runs_code
from mfa_association.tokens import TERRAFORM_PROVIDER

_CHANGING = {"create", "update", "delete"}
_QUIET = ("hashicorp/aws", "hashicorp/awscc", TERRAFORM_PROVIDER, "builtin/terraform")
"""Providers that are read here, or run no code of their own at AWS."""


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
    configuration = Configuration(plan)
    steps = sort(_steps(plan, configuration))
    given, widened, detached = grants(steps.others)
    return Preview(
        "terraform",
        stack,
        tuple(steps.devices),
        tuple(steps.users),
        tuple(given),
        engine_version=_text(version),
        notes=tuple(_notes(plan)),
        changes=(*_told(plan), *of_devices(steps.devices), *of_policies(steps.others), *configuration.settings()),
        code=tuple(_code(plan, configuration)),
        widened=tuple(widened),
        detached=detached,
        max_removals=configuration.limit(),
    )


def _refuse_other_documents(plan: dict[str, Any]) -> None:
    version = str(plan["format_version"])
    if version.split(".")[0] not in ("0", "1"):
        raise Unreadable(f"its format version {version[:20]} is not known")
    if "planned_values" not in plan and "resource_changes" not in plan:
        raise Unreadable("it is a state, not a plan; `terraform show -json plan.bin` makes the plan's JSON")


def _refuse_deferred(plan: dict[str, Any]) -> None:
    """What is deferred is decided by a later plan, which nobody has read. A plan with -target defers nothing: it is not
    complete, and what it leaves out does not run."""
    deferred = [*objects(plan, "deferred_changes"), *objects(plan, "deferred_action_invocations")]
    for deferral in deferred:
        change = mapping(deferral, "resource_change")
        if role_of(str(change.get("type"))) == "association":
            raise Unreadable("it defers changes of MFA devices to a later plan")
    if deferred:
        raise Unreadable("it is not complete: it defers changes to a later plan, which nobody has read")


def _steps(plan: dict[str, Any], configuration: Configuration) -> Iterator[Step]:
    for resource in objects(plan, "resource_changes"):
        if resource.get("mode", "managed") != "managed":
            continue
        if taker := _taker(resource):
            before = _bag(mapping(resource, "change"), "before") or {}
            yield Step(
                str(resource.get("address")), taker, "association", "unknown", before, raw_op="moved", taken_by=taker
            )
        if role := _role(resource):
            yield from _of_resource(resource, role, configuration)


def _taker(resource: dict[str, Any]) -> str | None:
    """The type of what a `moved` block lets take a record of ours over; None where it stays with our provider."""
    parts = without_keys(str(resource.get("previous_address", ""))).split(".")
    kind = str(resource.get("type"))
    return kind if len(parts) > 1 and role_of(parts[-2]) == "association" and role_of(kind) != "association" else None


def _role(resource: dict[str, Any]) -> Role | None:
    kind, change = str(resource.get("type")), mapping(resource, "change")
    if is_cloud_control(kind):
        name = named_type(_bag(change, "after"), _bag(change, "before"))
        return role_of_named(name) if name else None
    return role_of(kind)


def _of_resource(resource: dict[str, Any], role: Role, configuration: Configuration) -> Iterator[Step]:
    address, change, kind = str(resource.get("address")), mapping(resource, "change"), str(resource["type"])
    actions = change.get("actions")
    before, after = _bag(change, "before"), _bag(change, "after")
    if is_cloud_control(kind):
        kind = named_type(after, before) or kind
        before, after = unfolded(before), unfolded(after)
    usual: dict[str, Any] = {
        "enables": configuration.gives_codes(address),
        "process": configuration.provider(resource),
        "unknown": _unknown(change),
    }
    pair = isinstance(actions, list) and len(actions) == 2
    for action in actions if isinstance(actions, list) and actions else ["?"]:
        if action in ("no-op", "update"):
            op: Any = "same" if action == "no-op" else "update"
            hidden = frozenset(configuration.unexplained(resource)) if op == "update" else frozenset()
            yield Step(address, kind, role, op, before, after, unexplained=hidden, **usual)
        elif action == "create":
            hidden = frozenset(configuration.unexplained(resource))
            yield Step(address, kind, role, "create", after=after, replaces=pair, unexplained=hidden, **usual)
        elif action == "delete":
            leftover = isinstance(resource.get("deposed"), str)
            yield Step(address, kind, role, "delete", before, replaces=pair, leftover=leftover, **usual)
        elif action == "forget":
            left = "it is only removed from the state"
            yield Step(address, kind, role, "delete", before, replaces=pair, skipped_because=left, **usual)
        elif action != "read":
            yield Step(address, kind, role, "unknown", before or after, raw_op=str(action), **usual)


def _bag(change: dict[str, Any], side: str) -> dict[str, Any] | None:
    """The values of one side, None for what the plan does not know yet. What is sensitive stands there in clear."""
    values, hidden = change.get(side), _unknown(change) if side == "after" else frozenset()
    if not isinstance(values, dict):
        return None
    return {name: None if name in hidden else value for name, value in values.items()}


def _unknown(change: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in mapping(change, "after_unknown").items() if value is True)


def _told(plan: dict[str, Any]) -> Iterator[Change]:
    """What is not assessed, and providers of which nothing was there before."""
    known = set(_providers_before(plan))
    for resource in objects(plan, "resource_changes"):
        actions, kind, address = (
            mapping(resource, "change").get("actions"),
            str(resource.get("type")),
            str(resource.get("address")),
        )
        provider = str(resource.get("provider_name", ""))
        source = provider.partition("/")[2]
        looks_like_ours = kind.startswith("mfa_") and bool(provider) and source != TERRAFORM_PROVIDER
        if isinstance(actions, list) and not _CHANGING.isdisjoint(actions):
            if looks_like_ours:
                yield Change("not-assessed", "high", address, ("is served by another provider: ", Name(provider)))
            elif is_opaque(kind) or is_unknown_of_ours(kind) or _is_folded_away(resource):
                what = ("may hold users and devices that were not assessed: ", Name(kind))
                yield Change("not-assessed", "medium", address, what)
            if source and source not in (*_QUIET, *known) and not looks_like_ours:
                known.add(source)
                yield Change(
                    "provider-added", "low", address, ("is the first resource of the provider ", Name(provider))
                )


def _is_folded_away(resource: dict[str, Any]) -> bool:
    if not is_cloud_control(str(resource.get("type"))):
        return False
    bags = [values for side in ("after", "before") if (values := _bag(mapping(resource, "change"), side))]
    return is_of_iam(named_type(*bags)) and (_role(resource) is None or not all(unfolded(values) for values in bags))


def _providers_before(plan: dict[str, Any]) -> Iterator[str]:
    """Namespace and name of each provider that served something before the plan, which itself reads and imports."""
    imported = {
        str(change.get("address"))
        for change in objects(plan, "resource_changes")
        if mapping(change, "change").get("importing")
    }
    modules = [mapping(mapping(mapping(plan, "prior_state"), "values"), "root_module")]
    while modules:
        module = modules.pop()
        modules += objects(module, "child_modules")
        for resource in objects(module, "resources"):
            if resource.get("mode") != "data" and str(resource.get("address")) not in imported:
                yield str(resource.get("provider_name", "")).partition("/")[2]


def _code(plan: dict[str, Any], configuration: Configuration) -> Iterator[str]:
    """Addresses of what runs code when it is applied: provisioners, invocations, actions."""
    for resource in objects(plan, "resource_changes"):
        actions, address = mapping(resource, "change").get("actions"), str(resource.get("address"))
        changes = isinstance(actions, list) and not {*_CHANGING, "read"}.isdisjoint(actions)
        if changes and (runs_code(str(resource.get("type"))) or configuration.has_provisioner(address)):
            yield address
    for action in objects(plan, "action_invocations"):
        yield str(action.get("address"))


def _notes(plan: dict[str, Any]) -> Iterator[str]:
    if plan.get("complete") is False:
        yield "The plan is not complete: a later one may change more."


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
