"""What ``pulumi preview --json`` wrote, as one document or as a stream of events, to the model. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mfa_association.review.changes import of_devices, of_policies
from mfa_association.review.document import Unreadable, objects
from mfa_association.review.grants import grants
from mfa_association.review.model import Preview
from mfa_association.review.pulumi_settings import limit_of, settings
from mfa_association.review.pulumi_states import identity
from mfa_association.review.pulumi_steps import read_steps
from mfa_association.review.steps import sort


@dataclass
class _Digest:
    """A document, or the same gathered from a stream."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    counts: dict[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)


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
    steps, changes, code = read_steps(digest.steps)
    sorted_steps = sort(steps)
    given, widened, detached = grants(sorted_steps.others)
    return Preview(
        "pulumi",
        stack,
        tuple(sorted_steps.devices),
        tuple(sorted_steps.users),
        tuple(given),
        notes=tuple(_notes(digest)),
        changes=(
            *changes,
            *of_devices(sorted_steps.devices),
            *of_policies(sorted_steps.others),
            *settings(digest.steps, digest.config),
        ),
        code=tuple(code),
        widened=tuple(widened),
        detached=detached,
        max_removals=limit_of(digest.steps, digest.config),
    )


def _whole(documents: list[dict[str, Any]]) -> _Digest:
    if len(documents) > 1:
        raise Unreadable("it holds more than one JSON document")
    only = documents[0]
    diagnostics = objects(only, "diagnostics")
    errors = [
        str(diagnostic.get("message")) for diagnostic in diagnostics if str(diagnostic.get("severity")) == "error"
    ]
    counts = only.get("changeSummary")
    config = only.get("config")
    return _Digest(
        objects(only, "steps"),
        errors,
        counts if isinstance(counts, dict) else None,
        config if isinstance(config, dict) else {},
    )


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
        elif isinstance(event.get("preludeEvent"), dict) and isinstance(event["preludeEvent"].get("config"), dict):
            digest.config = event["preludeEvent"]["config"]
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


def _refuse_missing_steps(digest: _Digest) -> None:
    """The summary counts what was done: fewer removals among the steps means that some are missing."""
    seen = Counter(step.get("op") for step in digest.steps)
    counted = (digest.counts or {}).get("delete")
    if isinstance(counted, int) and seen["delete"] < counted:
        raise Unreadable(f"its summary counts {counted} removals, but it shows {seen['delete']}")


def _notes(digest: _Digest) -> Iterator[str]:
    """What the preview does not show because of how it was made."""
    seen = Counter(step.get("op") for step in digest.steps)
    counted = (digest.counts or {}).get("same")
    if isinstance(counted, int) and seen["same"] < counted:
        yield "The preview was made without --show-sames: devices that stay are not known."
    if seen["replace"] and not seen["create-replacement"]:
        yield "The preview was made without --show-replacement-steps: removals left over from an unfinished run do not show."


def _stack(steps: list[dict[str, Any]]) -> str | None:
    if not steps:
        return None
    urn, _ = identity(steps[0])
    stack, project, _, _ = urn.removeprefix("urn:pulumi:").split("::", 3)
    return f"{project}/{stack}"


def _cause(message: str) -> str:
    """What a diagnostic says, on one line: of a traceback, the exception."""
    lines = [line.strip() for line in message.splitlines() if line.strip()] or ["no reason was given"]
    cause = lines[0].removeprefix("error: ").removeprefix("Preview failed: ")
    return f"{cause} {lines[-1]}" if cause.endswith(":") and len(lines) > 1 else cause
