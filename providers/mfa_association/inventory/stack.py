"""What was recorded of associations: in ``pulumi stack export``, a state file or the import file of ``adopt``.

An association is told by its type or by the text of its provider; the pickle in it is never opened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_association.errors import MfaError
from mfa_association.inventory.associations import is_association, snake


class StackUnreadable(MfaError):
    """A file that is no stack export."""

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(
            f"reading the stack export ({path}): {cause}; make it with `pulumi stack export --file {path}`"
        )


@dataclass(frozen=True)
class Recorded:
    """One association as the stack last saw it."""

    serial_number: str
    user_name: str | None
    active: bool
    enable_date: str | None
    user_id: str | None


def read_stack(path: str) -> dict[str, Recorded]:
    """The associations of a stack by serial number in small letters. Raises ``StackUnreadable``."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as fault:
        raise StackUnreadable(path, f"the file cannot be read: {fault.strerror}") from None
    except (ValueError, RecursionError):
        raise StackUnreadable(path, "it is not JSON") from None
    records = [_recorded(outputs) for outputs in _outputs(path, document)]
    return {record.serial_number.lower(): record for record in records if record.serial_number}


def _outputs(path: str, document: Any) -> list[dict[str, Any]]:
    resources = _resources(document)
    if not isinstance(resources, list):
        raise StackUnreadable(path, "it does not hold a deployment")
    ours = [resource for resource in resources if isinstance(resource, dict) and is_association(resource)]
    return [resource["outputs"] for resource in ours if isinstance(resource.get("outputs"), dict)]


def _resources(document: Any) -> Any:
    """An export holds them one level deeper than an import file, a state file two; an empty stack has none."""
    for level in ("deployment", "checkpoint", "latest"):
        if isinstance(document, dict) and level in document:
            document = document[level]
    if not isinstance(document, dict):
        return None
    return document.get("resources", [] if "manifest" in document else None)


def _recorded(outputs: dict[str, Any]) -> Recorded:
    named = {snake(name): value for name, value in outputs.items()}

    def text(name: str) -> str | None:
        value = named.get(name)
        return value if isinstance(value, str) and value else None

    active = named.get("active") is not False
    return Recorded(text("serial_number") or "", text("user_name"), active, text("enable_date"), text("user_id"))
