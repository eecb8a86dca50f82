"""A stack export handed over from the dynamic provider to Pulumi's bridge, or back. Pure: nothing asks AWS or an engine.

Only names and places change: type, provider, and how each engine's adapter spells a property. Values stay as they are,
encrypted ones too, so the result is to be imported into the same stack.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mfa_association import __version__
from mfa_association.errors import MfaError
from mfa_association.fields import BY_NAME, FOUND, SECRETS, names
from mfa_association.inventory.associations import PICKLE, camel, is_association, snake
from mfa_association.tokens import BRIDGE_PLUGIN, BRIDGED_TYPE, PULUMI_TYPE, TERRAFORM_PROVIDER

Target = Literal["bridge", "dynamic"]
Json = dict[str, Any]

REGISTRY: Final = "registry.opentofu.org"
"""Where that plugin looks for a provider that is named without a host."""

_OUTPUTS: Final = frozenset([*names(lambda field: not field.is_secret), *FOUND])
_BRIDGED_SECRETS: Final = {name: f"{name}_wo" for name in SECRETS}
_PLAIN_SECRETS: Final = {above: below for below, above in _BRIDGED_SECRETS.items()}


class NotConverted(MfaError):
    """A stack export that cannot be handed over."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"converting the stack export: {cause}; nothing was written")


@dataclass(frozen=True)
class _Side:
    """How one provider's records look: type, spelling, and the default provider that serves them."""

    type: str
    provider_type: str
    provider_name: str
    provider_inputs: Json
    inputs: Callable[[Json], Json]
    outputs: Callable[[Json], Json]
    spell: Callable[[str], str]
    secret_outputs: tuple[str, ...] = ()


def convert(export: Json, target: Target) -> tuple[Json, int]:
    """The export with its associations as the target's, and their number; what is the target's already stays.

    ``export``: what ``pulumi stack export`` wrote. Raises ``NotConverted``.
    """
    resources = _resources(export)
    side = _SIDES[target]
    moved = [one for one in resources if is_association(one) and (one["type"] == BRIDGED_TYPE) != (target == "bridge")]
    if not moved:
        raise NotConverted(f"it holds no device of the {_OTHER[target]}")
    provider, reference = _provider(resources, side, str(moved[0]["urn"]))
    if parent := next((one["parent"] for one in resources if one.get("parent") in {it["urn"] for it in moved}), None):
        raise NotConverted(f"other resources have {parent} as their parent; give them another parent first")
    urns = {str(one["urn"]): _urn(str(one["urn"]), side.type) for one in moved}
    handed_over = {id(one): _handed_over(one, side, reference) for one in moved}
    others = [handed_over.get(id(one), one) for one in resources]
    first = next(index for index, one in enumerate(others) if one["type"] == side.type)
    if provider is not None:
        others.insert(first, provider)
    deployment = {**export["deployment"], "resources": [_renamed(one, urns) for one in others]}
    return {**export, "deployment": deployment}, len(moved)


def _resources(export: Json) -> list[Json]:
    deployment = export.get("deployment")
    if not isinstance(deployment, dict) or not isinstance(deployment.get("resources", []), list):
        raise NotConverted("it holds no deployment; make it with `pulumi stack export`")
    pending = [one.get("resource", {}) for one in deployment.get("pending_operations") or []]
    if any(is_association(one) for one in pending):
        raise NotConverted("a device has a pending operation; run `pulumi refresh`, and export the stack again")
    return [one for one in deployment.get("resources", []) if isinstance(one, dict)]


def _provider(resources: list[Json], side: _Side, neighbour: str) -> tuple[Json | None, str]:
    """The record of the default provider unless it is there, and how resources refer to it."""
    prefix = "::".join(neighbour.split("::")[:2])
    urn = f"{prefix}::{side.provider_type}::{side.provider_name}"
    known = next((str(one["id"]) for one in resources if one.get("urn") == urn and not one.get("delete")), None)
    id_ = known or str(uuid.uuid4())
    public = {name: value for name, value in side.provider_inputs.items() if name != "__internal"}
    record = {"urn": urn, "custom": True, "id": id_, "type": side.provider_type}
    made = None if known else {**record, "inputs": side.provider_inputs, "outputs": public}
    return made, f"{urn}::{id_}"


def _handed_over(resource: Json, side: _Side, reference: str) -> Json:
    """A record of the other side's as one of this side's."""
    inputs = {snake(name): value for name, value in resource.get("inputs", {}).items()}
    outputs = {snake(name): value for name, value in resource.get("outputs", {}).items()}
    kept = {name: value for name, value in resource.items() if name not in ("sourcePosition", "stackTrace")}
    dependencies = resource.get("propertyDependencies") or {}
    made = {
        **kept,
        "type": side.type,
        "provider": reference,
        "inputs": side.inputs(inputs),
        "outputs": side.outputs({name: value for name, value in outputs.items() if name in _OUTPUTS}),
        "propertyDependencies": {side.spell(snake(name)): of for name, of in dependencies.items()},
        "additionalSecretOutputs": list(side.secret_outputs),
    }
    return {name: value for name, value in made.items() if value not in ({}, [])}


def _urn(urn: str, type_: str) -> str:
    """The same resource's name under another type; the types of its parents stay."""
    stack, project, types, name = urn.split("::", 3)  # only the name may hold what separates the parts
    *parents, _ = types.split("$")
    return "::".join((stack, project, "$".join([*parents, type_]), name))


def _renamed(value: Any, urns: Mapping[str, str]) -> Any:
    """A record that refers to resources by their new URNs."""
    if isinstance(value, dict):
        return {name: _renamed(one, urns) for name, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, urns) for one in value]
    return urns.get(value, value) if isinstance(value, str) else value


def _bridged_name(name: str) -> str:
    return camel(_BRIDGED_SECRETS.get(name, name))


def _plain_name(name: str) -> str:
    return _PLAIN_SECRETS.get(name, name)


def _bridged_inputs(inputs: Json) -> Json:
    return {_bridged_name(name): value for name, value in inputs.items() if name in BY_NAME and value is not None}


def _bridged_outputs(outputs: Json) -> Json:
    return {**{camel(name): value for name, value in outputs.items()}, "id": outputs.get("serial_number")}


def _dynamic_inputs(inputs: Json) -> Json:
    named = {_plain_name(name): value for name, value in inputs.items()}
    return {**{name: value for name, value in named.items() if name in BY_NAME}, "__provider": PICKLE}


def _dynamic_outputs(outputs: Json) -> Json:
    return {**{name: value for name, value in outputs.items() if value is not None}, "__provider": PICKLE}


_PARAMETER: Final = {"remote": {"url": f"{REGISTRY}/{TERRAFORM_PROVIDER}", "version": __version__}}
_SIDES: Final[dict[Target, _Side]] = {
    "bridge": _Side(
        BRIDGED_TYPE,
        "pulumi:providers:mfa",
        f"default_{__version__.replace('.', '_')}",
        {
            "__internal": {
                "name": BRIDGE_PLUGIN[0],
                "parameterization": base64.b64encode(json.dumps(_PARAMETER, separators=(",", ":")).encode()).decode(),
                "version": BRIDGE_PLUGIN[1],
            },
            "version": __version__,
        },
        _bridged_inputs,
        _bridged_outputs,
        _bridged_name,
        tuple(map(_bridged_name, SECRETS)),
    ),
    "dynamic": _Side(
        PULUMI_TYPE, "pulumi:providers:pulumi-python", "default", {}, _dynamic_inputs, _dynamic_outputs, _plain_name
    ),
}
_OTHER: Final[dict[Target, str]] = {"bridge": "dynamic provider", "dynamic": "bridge"}
