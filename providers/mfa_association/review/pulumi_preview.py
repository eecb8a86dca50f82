"""What ``pulumi preview --json`` wrote, as one document or as a stream of events, to the model. Pure.

Bags hold the pickled provider under ``__provider``: only named keys are read, and nothing is ever unpickled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mfa_association.review.document import Unreadable, objects
from mfa_association.review.model import Op, Place, Preview
from mfa_association.review.steps import TYPES, Step, sort

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_HIDDEN = (_UNKNOWN, "[secret]")
_SECRETS = ("authentication_code_1", "authentication_code_2", "seed")
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
_POSITION = re.compile(r"project:///(?P<file>[^#]+)#(?P<line>\d+)")
_NOT_THE_PROJECTS = ("../", "site-packages/", "mfa_association/pulumi/")
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass
class _Digest:
    """A document, or the same gathered from a stream."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    counts: dict[str, Any] | None = None


def is_preview(documents: list[dict[str, Any]]) -> bool:
    """Whether these documents are Pulumi's."""
    first = documents[0]
    return "sequence" in first or not first.keys().isdisjoint(("steps", "changeSummary", "config", "diagnostics"))


def read_preview(documents: list[dict[str, Any]], key: str | None) -> Preview:
    """The preview; ``key`` names the stack where the document does not. Raises ``Unreadable``."""
    digest = _streamed(documents) if "sequence" in documents[0] else _whole(documents)
    stack = key or _stack(digest.steps) or "pulumi"
    if digest.errors:
        return Preview("pulumi", stack, failure=f"the preview failed: {_cause(digest.errors[0])}")
    if digest.counts is None:
        raise Unreadable("the preview did not run to its end")
    _refuse_missing_steps(digest)
    found = sort(_steps(digest.steps))
    return Preview(
        "pulumi", stack, tuple(found.devices), tuple(found.users), tuple(found.grants), notes=tuple(_notes(digest))
    )


def _whole(documents: list[dict[str, Any]]) -> _Digest:
    if len(documents) > 1:
        raise Unreadable("it holds more than one JSON document")
    only = documents[0]
    diagnostics = objects(only, "diagnostics")
    errors = [str(one.get("message")) for one in diagnostics if str(one.get("severity")) == "error"]
    counts = only.get("changeSummary")
    return _Digest(objects(only, "steps"), errors, counts if isinstance(counts, dict) else None)


def _streamed(documents: list[dict[str, Any]]) -> _Digest:
    """A stream ends with a summary; one that was cut off has none."""
    digest = _Digest()
    for event in documents:
        if isinstance(event.get("resourcePreEvent"), dict):
            digest.steps.append(_from_event(event["resourcePreEvent"]))
        elif isinstance(event.get("diagnosticEvent"), dict) and event["diagnosticEvent"].get("severity") == "error":
            digest.errors.append(str(event["diagnosticEvent"].get("message")))
        elif "errorEvent" in event:
            digest.errors.append("the engine reported an internal error")
        elif isinstance(event.get("summaryEvent"), dict):
            counts = event["summaryEvent"].get("resourceChanges")
            digest.counts = counts if isinstance(counts, dict) else {}
            if event["summaryEvent"].get("result", "succeeded") != "succeeded":
                digest.errors.append("the engine says that it did not succeed")
    return digest


def _from_event(event: dict[str, Any]) -> dict[str, Any]:
    metadata = event.get("metadata")
    if not isinstance(metadata, dict):
        raise Unreadable("an event has no metadata")
    return {
        "op": metadata.get("op"),
        "urn": metadata.get("urn"),
        "oldState": metadata.get("old"),
        "newState": metadata.get("new"),
    }


def _steps(steps: list[dict[str, Any]]) -> Iterator[Step]:
    """Our steps in their order. Replacements whose halves are not shown are taken apart, the removal first."""
    relevant = [(step, *_identity(step)) for step in steps]
    relevant = [one for one in relevant if one[2] in TYPES]
    gone = {urn for step, urn, _ in ((one, *_identity(one)) for one in steps) if step["op"] in _GONE}
    made = {urn for step, urn, _ in relevant if step["op"] in ("create-replacement", "import-replacement")}
    for step, urn, kind in relevant:
        if step["op"] == "replace" and urn not in made:
            yield _step(step, urn, kind, "delete-replaced", gone, replaces=True)
            yield _step(step, urn, kind, "create-replacement", gone, replaces=True)
        elif step["op"] not in _PASSIVE:
            yield _step(step, urn, kind, step["op"], gone, replaces=urn in made)


def _step(step: dict[str, Any], urn: str, kind: str, raw: str, gone: set[str], *, replaces: bool) -> Step:
    op = _OPS.get(raw, "unknown")
    old, new = _state(step, "oldState"), _state(step, "newState")
    removes = op in ("delete", "unknown")
    if old is None and op in ("delete", "update", "unknown"):
        raise Unreadable(f"a step ({raw}) does not say what it changes")
    return Step(
        address=urn,
        type=kind,
        op=op,
        before=_bag(old, "outputs", "inputs") if old and op != "create" else None,
        after=_bag(new or old or {}, "inputs") if not removes else None,
        replaces=replaces and op in ("create", "delete"),
        leftover=raw == "delete-replaced" and not replaces,
        spared=_spared(raw, old or {}, gone) if removes else None,
        raw_op=raw if op == "unknown" else "",
        place=_place(new if not removes and new else old or {}),
    )


def _spared(raw: str, old: dict[str, Any], gone: set[str]) -> str | None:
    if raw.startswith("discard") or old.get("external") is True:
        return "it is managed elsewhere and only read here"
    if old.get("retainOnDelete") is True:
        return "it is retained"
    other = old.get("deletedWith")
    return "it goes with another resource" if isinstance(other, str) and other in gone else None


def _bag(state: dict[str, Any], *names: str) -> dict[str, Any]:
    """The values of a state under Terraform's names; the first bag that has a value wins."""
    found: dict[str, Any] = {"id": state.get("id")}
    for name in reversed(names):
        bag = state.get(name)
        for key, value in bag.items() if isinstance(bag, dict) else ():
            found[_snake(key)] = _known(key, value)
    return found


@lru_cache(maxsize=1024)
def _snake(name: str) -> str:
    return _SNAKE.sub("_", name).lower()


def _known(key: str, value: object) -> object:
    """A value, None for one that is not known or shown; that a secret is given is told, but never what it is."""
    if key in _SECRETS:
        return value is not None or None
    return None if isinstance(value, str) and value in _HIDDEN else value


def _place(state: dict[str, Any]) -> Place | None:
    """The line of the program, innermost first: a dynamic resource's own position is a line of its library."""
    frames = [frame.get("sourcePosition") for frame in objects(state, "stackTrace")]
    for position in (*frames, state.get("sourcePosition")):
        found = _POSITION.fullmatch(position) if isinstance(position, str) else None
        if found and not any(part in found["file"] for part in _NOT_THE_PROJECTS):
            return Place(found["file"], int(found["line"]))
    return None


def _identity(step: dict[str, Any]) -> tuple[str, str]:
    """The URN of a step and the type in it. Raises ``Unreadable``: a step that is not understood may be anything."""
    urn, op = step.get("urn"), step.get("op")
    parts = urn.split("::", 3) if isinstance(urn, str) else []
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:") or not isinstance(op, str):
        raise Unreadable("a step has no readable URN or operation")
    return str(urn), parts[2].rpartition("$")[2]


def _refuse_missing_steps(digest: _Digest) -> None:
    """The summary counts what was done: fewer removals among the steps means that some are missing."""
    seen = Counter(step.get("op") for step in digest.steps)
    counted = (digest.counts or {}).get("delete")
    if isinstance(counted, int) and seen["delete"] < counted:
        raise Unreadable(f"it counts {counted} removals and shows {seen['delete']}")


def _notes(digest: _Digest) -> Iterator[str]:
    """What the preview does not show because of how it was made."""
    seen = Counter(step.get("op") for step in digest.steps)
    counted = (digest.counts or {}).get("same")
    if isinstance(counted, int) and seen["same"] < counted:
        yield "The preview was made without --show-sames: devices that stay are not known."
    if seen["replace"] and not seen["create-replacement"]:
        yield "The preview was made without --show-replacement-steps: removals left over from a failed run do not show."


def _stack(steps: list[dict[str, Any]]) -> str | None:
    if not steps:
        return None
    urn, _ = _identity(steps[0])
    stack, project, _, _ = urn.removeprefix("urn:pulumi:").split("::", 3)
    return f"{project}/{stack}"


def _state(step: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = step.get(name)
    return value if isinstance(value, dict) else None


def _cause(message: str) -> str:
    """What a diagnostic says, on one line: of a traceback, the exception."""
    lines = [line.strip() for line in message.splitlines() if line.strip()] or ["no reason was given"]
    cause = lines[0].removeprefix("error: ").removeprefix("Preview failed: ")
    return f"{cause} {lines[-1]}" if cause.endswith(":") and len(lines) > 1 else cause
