"""What a plan's ``configuration`` tells beyond its values: write-only inputs, references, provisioners, providers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mfa_association.review.document import mapping, objects
from mfa_association.review.endpoints import foreign_hosts
from mfa_association.review.model import Change, Name, Phrase
from mfa_association.review.types import role_of
from mfa_association.tokens import TERRAFORM_PROVIDER

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]')
"""The key of an instance in an address; a quoted one may hold brackets and escaped quotes."""
_LIMIT = re.compile(r"[0-9]{1,9}")
_WRITE_ONLY = ("authentication_code_1", "authentication_code_1_wo", "seed", "seed_wo")
_NAMES = ("user_name", "root_account_id", "serial_number")
_MAKES = {"create", "update", "read"}


class Configuration:
    """The configuration of one plan, by addresses without keys."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._resources: dict[str, dict[str, Any]] = dict(
            _resources(mapping(mapping(plan, "configuration"), "root_module"), "")
        )
        self._providers = mapping(mapping(plan, "configuration"), "provider_config")
        self._variables = mapping(plan, "variables")
        self._produced = {
            without_keys(str(resource.get("address"))): str(resource.get("type"))
            for resource in objects(plan, "resource_changes")
            if not _MAKES.isdisjoint(_list(mapping(resource, "change").get("actions")))
        }

    def gives_codes(self, address: str) -> bool:
        """Whether codes or a seed are given: write-only values show nowhere else."""
        return not mapping(self._of(address), "expressions").keys().isdisjoint(_WRITE_ONLY)

    def has_provisioner(self, address: str) -> bool:
        """Whether a resource runs something when it is made or destroyed."""
        return bool(self._of(address).get("provisioners"))

    def provider(self, resource: dict[str, Any]) -> str:
        """What serves a resource: its provider configuration; for one without configuration, the only one there is."""
        key = self._of(str(resource.get("address"))).get("provider_config_key")
        if isinstance(key, str):
            return key
        name = resource.get("provider_name")
        same = [
            key
            for key, provider in self._providers.items()
            if isinstance(provider, dict) and provider.get("full_name") == name
        ]
        return same[0] if len(same) == 1 else ""

    def unexplained(self, resource: dict[str, Any]) -> Iterator[str]:
        """The inputs that are not known yet though they refer to nothing that this plan makes.

        What a reference to a variable, a local value or a module's output comes to is not told: it is explained if the
        plan makes anything but associations.
        """
        unknown = mapping(resource, "change").get("after_unknown")
        address = str(resource.get("address"))
        expressions = mapping(self._of(address), "expressions")
        for name in _NAMES:
            if not isinstance(unknown, dict) or unknown.get(name) is not True:
                continue
            references = [str(reference) for reference in _list(mapping(expressions, name).get("references"))]
            if not any(self._explains(reference, without_keys(address)) for reference in references):
                yield name

    def settings(self) -> Iterator[Change]:
        """What leads elsewhere than to AWS. A plan does not tell what stood there before."""
        for name, provider in self._providers.items():
            if not isinstance(provider, dict) or not self._reaches_aws(provider):
                continue
            expressions = mapping(provider, "expressions")
            for host in foreign_hosts(self._constants(expressions.get("endpoints"))):
                what: Phrase = ("calls AWS at ", Name(host), ", which does not belong to AWS")
                yield Change("endpoint-changed", "high", f"provider.{name}", what)
            if _only(self._constants(expressions.get("insecure"))) in (True, "true"):
                what = ("trusts any server that answers as AWS: insecure is set",)
                yield Change("endpoint-changed", "high", f"provider.{name}", what)
            in_module = "module_address" in provider
            for setting in ("endpoints", "insecure"):
                if not self._is_shown(expressions.get(setting), in_module):
                    hidden: Phrase = (f"may call something else than AWS: the plan does not show {setting}",)
                    yield Change("endpoint-changed", "high", f"provider.{name}", hidden)

    def limit(self) -> int | None:
        """The smallest ``max_removals`` of our provider; None for none, or one that is not told."""
        values = [
            _only(self._constants(mapping(provider, "expressions").get("max_removals")))
            for provider in self._providers.values()
            if isinstance(provider, dict) and str(provider.get("full_name", "")).endswith(TERRAFORM_PROVIDER)
        ]
        texts = [str(value) for value in values if isinstance(value, (int, str)) and not isinstance(value, bool)]
        return min((int(text) for text in texts if _LIMIT.fullmatch(text)), default=None)

    def _of(self, address: str) -> dict[str, Any]:
        return self._resources.get(without_keys(address), {})

    def _explains(self, reference: str, own: str) -> bool:
        module = own.rpartition(".")[0].rpartition(".")[0]
        known = without_keys(reference)
        if known.partition(".")[0] in ("var", "local", "module", "each", "count"):
            return any(role_of(kind) != "association" for kind in self._produced.values())
        names = [f"{module}.{known}" if module else known]
        return any(name == made or name.startswith(f"{made}.") for name in names for made in self._produced)

    def _reaches_aws(self, provider: dict[str, Any]) -> bool:
        source = str(provider.get("full_name", "")).partition("/")[2]
        return source in (TERRAFORM_PROVIDER, "hashicorp/aws", "hashicorp/awscc")

    def _is_shown(self, expression: Any, in_module: bool) -> bool:
        """Whether all that an expression comes to is told: constants, and variables of the root module."""
        if isinstance(expression, list):
            return all(self._is_shown(part, in_module) for part in expression)
        if not isinstance(expression, dict) or "constant_value" in expression:
            return True
        if "references" in expression:
            roots = {
                str(reference).split(".")[1] if str(reference).startswith("var.") else ""
                for reference in expression["references"]
            }
            return not in_module and roots <= self._variables.keys()
        return all(self._is_shown(part, in_module) for part in expression.values())

    def _constants(self, expression: Any) -> Any:
        """What stands in an expression: constants, and the values of variables that it refers to alone."""
        if isinstance(expression, list):
            return [self._constants(part) for part in expression]
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        if "references" in expression:
            names = (str(reference).removeprefix("var.") for reference in _list(expression["references"]))
            return [mapping(self._variables, name).get("value") for name in names]
        return {name: self._constants(part) for name, part in expression.items()}


def without_keys(address: str) -> str:
    """An address without the keys of its instances, as the configuration knows it."""
    return _INDEX.sub("", address)


def _resources(module: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in objects(module, "resources"):
        yield f"{path}{resource.get('address')}", resource
    for name, call in mapping(module, "module_calls").items():
        if isinstance(call, dict):
            yield from _resources(mapping(call, "module"), f"{path}module.{name}.")


def _only(value: Any) -> Any:
    """The value of a variable that an expression refers to alone."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
