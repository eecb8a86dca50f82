"""One resource's state as a Pulumi preview has it: its identity, its values, and where it is declared. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

from mfa_association.inventory.associations import snake
from mfa_association.review.document import SECRET, Unreadable, objects
from mfa_association.review.model import SourceLocation

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SECRET = "[secret]"
_SECRETS = ("authentication_code_1", "authentication_code_2", "seed")
_POSITION = re.compile(r"project:///(?P<file>[^#]+)#(?P<line>[0-9]{1,9})")
_NOT_THE_PROJECTS = ("../", "site-packages/", "mfa_association/pulumi/")

State = dict[str, Any]


def identity(step: dict[str, Any]) -> tuple[str, str]:
    """The URN of a step and the type in it. Raises ``Unreadable``: a step that is not understood may be anything."""
    urn, op = step.get("urn"), step.get("op")
    parts = urn.split("::", 3) if isinstance(urn, str) else []
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:") or not isinstance(op, str):
        raise Unreadable("a step has no readable URN or operation")
    return str(urn), parts[2].rpartition("$")[2]


def state_of(step: dict[str, Any], name: str) -> State | None:
    """One side of a step, if it has it."""
    value = step.get(name)
    return value if isinstance(value, dict) else None


def provider_of(state: State) -> str:
    """The URN of the provider that serves a resource, without its id."""
    value = state.get("provider")
    return value.rpartition("::")[0] if isinstance(value, str) else ""


def bag_of(state: State, *names: str) -> dict[str, Any]:
    """The values of a state under Terraform's names; the first bag that has a value wins."""
    values: dict[str, Any] = {"id": state.get("id")}
    for name in reversed(names):
        part = state.get(name)
        for key, value in part.items() if isinstance(part, dict) else ():
            values[snake(key)] = _known(snake(key), value)
    return values


def unknown_inputs(state: State) -> frozenset[str]:
    """The inputs of a state that are not known yet, under Terraform's names."""
    inputs = state.get("inputs")
    return (
        frozenset(snake(name) for name, value in inputs.items() if value == UNKNOWN)
        if isinstance(inputs, dict)
        else frozenset()
    )


def _known(key: str, value: object) -> object:
    """A value, None for one that is not known yet; that a code or seed is given is told, but never what it is."""
    if key.removesuffix("_wo") in _SECRETS:
        return value is not None or None
    if isinstance(value, str) and value in (UNKNOWN, _SECRET):
        return SECRET if value == _SECRET else None
    return value


def place_of(state: State) -> SourceLocation | None:
    """The line of the program, innermost first: a dynamic resource's own position is a line of its library."""
    frames = [frame.get("sourcePosition") for frame in objects(state, "stackTrace")]
    for position in (*frames, state.get("sourcePosition")):
        match = _POSITION.fullmatch(position) if isinstance(position, str) else None
        if match and not any(part in match["file"] for part in _NOT_THE_PROJECTS):
            return SourceLocation(match["file"], int(match["line"]))
    return None
