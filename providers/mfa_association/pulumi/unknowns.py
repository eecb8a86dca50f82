"""What the SDK calls unknown, by the name that all adapters share."""

from __future__ import annotations

from typing import Any

from pulumi.output import Unknown

from mfa_association.engine.inputs import UNKNOWN


def mark_unknowns(bag: dict[str, Any]) -> dict[str, Any]:
    """The same bag with ``UNKNOWN`` for what a preview does not know yet."""
    return {key: UNKNOWN if isinstance(value, Unknown) else value for key, value in bag.items()}
