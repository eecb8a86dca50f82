"""What a Pulumi preview says of configuration: the stack's, and that of explicit providers before and after. Pure.

The stack's own configuration has no "before" in a preview, so what stands in it is taken as it is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from mfa_association.fields import CHOICES
from mfa_association.inventory.associations import snake
from mfa_association.review.endpoints import foreign_hosts
from mfa_association.review.model import Change, Name
from mfa_association.review.pulumi_states import identity, state_of
from mfa_association.tokens import TERRAFORM_PROVIDER

_OURS = ("mfa", "aws", "aws-native", "awscc", "pulumi-python")
_QUIET = ("version", "plugin_download_url", "region", "__internal", "skip_credentials_validation", "default_tags")
_STACK = "the configuration of the stack"


def settings(steps: list[dict[str, Any]], config: dict[str, Any]) -> Iterator[Change]:
    """What in the configuration weakens the guards, or leads elsewhere than to AWS."""
    yield from _elsewhere(_STACK, {snake(key.rpartition(":")[2]): value for key, value in config.items() if _ours(key)})
    for address, before, after in _providers(steps):
        yield from _elsewhere(address, {key: value for key, value in after.items() if before.get(key) != value})
        yield from _weakened(address, before, after)
        if (plugin := _plugin(after)) and plugin != _plugin(before):
            yield Change("not-assessed", "high", address, ("is served by a plugin from ", Name(plugin)))
        source, is_mfa = _bridged(after), "::pulumi:providers:mfa::" in address
        if is_mfa and source and source != _bridged(before) and not source.endswith(f"/{TERRAFORM_PROVIDER}"):
            yield Change("not-assessed", "high", address, ("is served by another provider: ", Name(source)))


def limit_of(steps: list[dict[str, Any]], config: dict[str, Any]) -> int | None:
    """The smallest ``maxRemovals`` that is or was in force; None for none."""
    values = [config.get("mfa:maxRemovals")]
    for _, before, after in _providers(steps):
        values += [before.get("max_removals"), after.get("max_removals")]
    return min((number for value in values if (number := _number(value)) is not None), default=None)


def _ours(key: str) -> bool:
    return key.partition(":")[0] in _OURS


def _providers(steps: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Explicit providers that reach AWS, with their configuration before and after."""
    for step in steps:
        urn, kind = identity(step)
        if kind.removeprefix("pulumi:providers:") in _OURS and step["op"] not in ("same", "delete"):
            yield urn, _inputs(step, "oldState"), _inputs(step, "newState")


def _inputs(step: dict[str, Any], name: str) -> dict[str, Any]:
    inputs = (state_of(step, name) or {}).get("inputs")
    return {snake(key): value for key, value in inputs.items()} if isinstance(inputs, dict) else {}


def _plugin(values: dict[str, Any]) -> str | None:
    """Where the plugin comes from, if a program says so: it gets every credential."""
    internal = _parsed(values.get("__internal"))
    inner = internal.get("pluginDownloadURL") if isinstance(internal, dict) else None
    address = values.get("plugin_download_url") or inner
    return address if isinstance(address, str) else None


def _bridged(values: dict[str, Any]) -> str | None:
    """The Terraform provider that Pulumi's bridge runs under a name of the program's choice."""
    internal = _parsed(values.get("__internal"))
    given = internal.get("parameterization") if isinstance(internal, dict) else None
    text = given.get("value") if isinstance(given, dict) else None
    try:
        settings = _parsed(base64.b64decode(text, validate=True).decode()) if isinstance(text, str) else None
    except ValueError:
        return "(not readable)"
    remote = settings.get("remote") if isinstance(settings, dict) else None
    url = remote.get("url") if isinstance(remote, dict) else None
    return url if isinstance(url, str) else None


def _elsewhere(address: str, values: dict[str, Any]) -> Iterator[Change]:
    for host in foreign_hosts(_parsed(values.get("endpoints"))):
        yield Change(
            "endpoint-changed", "high", address, ("calls AWS at ", Name(host), ", which does not belong to AWS")
        )
    if _parsed(values.get("insecure")) is True:
        yield Change("endpoint-changed", "high", address, ("trusts any server that answers as AWS: insecure is set",))


def _weakened(address: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    old, new = _number(before.get("max_removals")), _number(after.get("max_removals"))
    if old is not None and (new is None or new > old):
        to = "no limit" if new is None else str(new)
        yield Change("limit-raised", "low", address, (f"raises the limit of removals in one run from {old} to {to}",))
    for name, order in CHOICES.items():
        was, now = before.get(name, order[0]), after.get(name, order[0])
        if name in before and was in order and now in order and order.index(now) > order.index(was):
            yield Change("removal-deepened", "low", address, (f"loosens {name} from {was} to {now}",))
    known = {"max_removals", "endpoints", "insecure", *CHOICES, *_QUIET}
    moved = sorted(key for key in {*before, *after} - known if before.get(key) != after.get(key))
    if before and moved:
        yield Change("connection-changed", "medium", address, ("connects differently: ", Name(", ".join(moved))))


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _parsed(value: Any) -> Any:
    """Structured configuration is JSON text in a preview."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
