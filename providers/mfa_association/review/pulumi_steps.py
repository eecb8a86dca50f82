"""The steps of a Pulumi preview, each as one step of ours. Pure.

Bags hold the pickled provider under ``__provider``: it is compared as text, and nothing is ever unpickled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mfa_association.inventory.associations import PICKLE, is_association, pickle_of, snake
from mfa_association.review.cloudcontrol import is_cloud_control, is_of_iam, named_type, role_of_named, unfolded
from mfa_association.review.document import Unreadable
from mfa_association.review.model import Change, Name, Op
from mfa_association.review.pulumi_states import (
    UNKNOWN,
    State,
    bag_of,
    identity,
    place_of,
    provider_of,
    state_of,
    unknown_inputs,
)
from mfa_association.review.steps import Bag, Step
from mfa_association.review.types import Role, is_opaque, is_unknown_of_ours, role_of, runs_code
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE

# What AWS is not called for: looks, and bookkeeping in the state.
_PASSIVE = frozenset(("read", "read-replacement", "refresh", "remove-pending-replace", "replace", "diff"))
_OPS: dict[str, Op] = {
    "same": "same",
    "create": "create",
    "import": "create",
    "update": "update",
    "delete": "delete",
    "create-replacement": "create",
    "import-replacement": "create",
    "delete-replaced": "delete",
    "discard": "delete",
    "discard-replaced": "delete",
}
_GONE = ("delete", "delete-replaced", "discard", "discard-replaced", "replace")
_QUIET = ("pulumi", "aws", "aws-native", "mfa", "pulumi-python")
"""Providers that are read here, or run no code of their own at AWS."""

Found = tuple[list[Step], list[Change], list[str]]


def read_steps(raw: list[dict[str, Any]]) -> Found:
    """Our steps in their order, what else is told of them, and the addresses of what runs code."""
    return _Reader(raw).found()


class _Reader:
    """The steps of one preview, and which resources change at all."""

    def __init__(self, raw: list[dict[str, Any]]) -> None:
        self._raw = [(step, *identity(step)) for step in raw]
        self._gone = {urn for step, urn, _ in self._raw if step["op"] in _GONE}
        self._made = {urn for step, urn, _ in self._raw if step["op"] in ("create-replacement", "import-replacement")}
        self._changing = {urn for step, urn, _ in self._raw if step["op"] not in ("same", "refresh", "read")}
        self._known = {
            _package(old.get("type")) for step, _, _ in self._raw if (old := state_of(step, "oldState")) is not None
        }

    def found(self) -> Found:
        steps: list[Step] = []
        changes: list[Change] = []
        code: list[str] = []
        for step, urn, kind in self._raw:
            old, new = state_of(step, "oldState"), state_of(step, "newState")
            role = _role(kind, old, new)
            steps += self._of(step, urn, kind, role, old, new) if role else ()
            changes += self._told(step, urn, kind, role, old, new)
            if step["op"] not in ("same", *_PASSIVE) and _codes(kind, role, old, new):
                code.append(urn)
        return steps, [*changes, *self._new_packages()], code

    def _of(
        self, step: dict[str, Any], urn: str, kind: str, role: Role, old: State | None, new: State | None
    ) -> Iterator[Step]:
        """Replacements whose halves are not shown are taken apart, the removal first."""
        raw = step["op"]
        if raw == "replace" and urn not in self._made:
            yield self._step(urn, kind, role, "delete-replaced", old, new, replaces=True)
            yield self._step(urn, kind, role, "create-replacement", old, new, replaces=True)
        elif raw not in _PASSIVE:
            yield self._step(urn, kind, role, raw, old, new, replaces=urn in self._made)

    def _step(
        self, urn: str, kind: str, role: Role, raw: str, old: State | None, new: State | None, *, replaces: bool
    ) -> Step:
        op = _OPS.get(raw, "unknown")
        if old is None and op in ("delete", "update", "unknown"):
            raise Unreadable(f"a step ({raw}) does not say what it changes")
        taken_by = _taker(kind, old, new) if role == "association" and op in ("update", "create") and old else None
        if taken_by:
            op = "unknown"
        removes = op in ("delete", "unknown")
        kind, before, after = _sides(kind, old if op != "create" else None, None if removes else new or old or {})
        return Step(
            address=urn,
            type=kind,
            role=role,
            op=op,
            before=before,
            after=after,
            replaces=replaces and op in ("create", "delete"),
            leftover=raw == "delete-replaced" and not replaces,
            skipped_because=self._spared(raw, old or {}) if removes and not taken_by else None,
            raw_op=raw if op == "unknown" else "",
            place=place_of(new if not removes and new else old or {}),
            unknown=unknown_inputs(new or {}) if not removes else frozenset(),
            unexplained=frozenset(self._unexplained(new or {})) if not removes else frozenset(),
            process=provider_of(new or old or {}),
            taken_by=taken_by,
        )

    def _spared(self, raw: str, old: State) -> str | None:
        if raw.startswith("discard") or old.get("external") is True:
            return "it is managed elsewhere and only read here"
        if old.get("retainOnDelete") is True:
            return "it is retained"
        other = old.get("deletedWith")
        return "it goes with another resource" if isinstance(other, str) and other in self._gone else None

    def _unexplained(self, new: State) -> Iterator[str]:
        """The inputs that are not known yet though they depend on nothing that changes."""
        inputs, by_name = new.get("inputs"), new.get("propertyDependencies")
        for name, value in inputs.items() if isinstance(inputs, dict) else ():
            if value != UNKNOWN:
                continue
            sources = by_name.get(name) if isinstance(by_name, dict) else new.get("dependencies")
            if not any(source in self._changing for source in sources or () if isinstance(source, str)):
                yield snake(name)

    def _told(
        self, step: dict[str, Any], urn: str, kind: str, role: Role | None, old: State | None, new: State | None
    ) -> Iterator[Change]:
        if step["op"] in ("same", *_PASSIVE):
            return
        place = place_of(new or old or {})
        opaque = is_opaque(kind) or is_unknown_of_ours(kind) or _is_folded_away(kind, role, old, new)
        if opaque:
            yield Change(
                "not-assessed",
                "medium",
                urn,
                ("may hold users and devices that were not assessed: ", Name(kind)),
                place,
            )
        if role != "association" or step["op"] != "update" or old is None or new is None:
            return
        if old.get("protect") is True and new.get("protect") is not True:
            yield Change("protection-lifted", "low", urn, ("is no longer protected from deletion",), place)
        if new.get("retainOnDelete") is True and old.get("retainOnDelete") is not True:
            what = ("keeps its device active when its line goes, from now on",)
            yield Change("removal-spared", "low", urn, what, place)
        before, after = provider_of(old), provider_of(new)
        if before and after and before != after:
            what_now = ("acts by another provider configuration from now on: ", Name(after.rpartition("::")[2]))
            yield Change("connection-changed", "medium", urn, what_now, place)

    def _new_packages(self) -> Iterator[Change]:
        """Providers of which nothing was there before; not where unchanged resources are not shown."""
        if not any(step["op"] == "same" for step, _, _ in self._raw):
            return
        seen: set[str] = set()
        for step, urn, kind in self._raw:
            package = _package(kind.removeprefix("pulumi:providers:") + ":" if "pulumi:providers:" in kind else kind)
            if step["op"] == "create" and package not in {*self._known, *_QUIET, *seen}:
                seen.add(package)
                yield Change("provider-added", "low", urn, ("is the first resource of the provider ", Name(package)))


def _sides(kind: str, old: State | None, new: State | None) -> tuple[str, Bag | None, Bag | None]:
    """The type that Cloud Control stands for, what was saved, and what is declared."""
    before = bag_of(old, "outputs", "inputs") if old else None
    after = bag_of(new, "inputs") if new is not None else None
    if not is_cloud_control(kind):
        return kind, before, after
    return named_type(before, after) or kind, unfolded(before), unfolded(after)


def _role(kind: str, old: State | None, new: State | None) -> Role | None:
    """What a step is about: its type says so, or that of the record it takes over, or the provider that serves it."""
    if is_cloud_control(kind):
        bags = [bag_of(state, "outputs", "inputs") for state in (new, old) if state]
        name = named_type(*bags)
        return role_of_named(name) if name else None
    role = role_of(kind)
    if role is None and any(state is not None and is_association(state) for state in (old, new)):
        return "association"
    return role


def _taker(kind: str, old: State, new: State | None) -> str | None:
    """The type of what takes a record of ours over; None where it stays with our provider."""
    if new is None or not is_association(old):
        return None
    pickled = pickle_of(new)
    stays = pickled == PICKLE or (pickled is None and kind in (PULUMI_TYPE, BRIDGED_TYPE))
    return None if stays else kind


def _codes(kind: str, role: Role | None, old: State | None, new: State | None) -> bool:
    """Whether a step runs code: by its type, or by hooks of the program."""
    hooked = any(state.get("resourceHooks") for state in (old, new) if state)
    foreign = role == "association" and any(
        pickle_of(state) is not None and pickle_of(state) != PICKLE for state in (old, new) if state
    )
    return hooked or foreign or (role is None and runs_code(kind))


def _is_folded_away(kind: str, role: Role | None, old: State | None, new: State | None) -> bool:
    """Whether Cloud Control may change users, and does not show what it changes."""
    if not is_cloud_control(kind):
        return False
    bags = [bag_of(state, "outputs", "inputs") for state in (new, old) if state]
    return is_of_iam(named_type(*bags)) and (role is None or not all(unfolded(values) for values in bags))


def _package(kind: object) -> str:
    return str(kind).partition(":")[0]
