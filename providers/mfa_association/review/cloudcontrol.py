"""Cloud Control's resources: a type's name and its properties as JSON text, to a role and a bag. Pure."""

from __future__ import annotations

import json
from typing import Any

from mfa_association.inventory.associations import snake
from mfa_association.review.types import CLOUD_CONTROL, CLOUD_CONTROL_RESOURCES, Role


def is_cloud_control(kind: str) -> bool:
    """Whether resources of this type may be of any type that CloudFormation has."""
    return kind in CLOUD_CONTROL_RESOURCES


def named_type(*bags: dict[str, Any] | None) -> str | None:
    """CloudFormation's name of what such a resource is; None where it is not known."""
    names = (values.get(key) for values in bags if values for key in ("type_name", "type"))
    return next((name for name in names if isinstance(name, str) and "::" in name), None)


def role_of_named(name: str) -> Role | None:
    """What such a resource is to the review."""
    return CLOUD_CONTROL.get(name)


def unfolded(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Its properties as the values of a resource: what AWS answered wins over what is desired."""
    if values is None:
        return None
    flat: dict[str, Any] = {}
    for key in ("desired_state", "properties"):
        state = values.get(key)
        try:
            inner = json.loads(state) if isinstance(state, str) else state
        except (ValueError, RecursionError):
            inner = None
        flat |= {snake(name): value for name, value in inner.items()} if isinstance(inner, dict) else {}
    return flat


def is_of_iam(name: str | None) -> bool:
    """Whether such a resource may be about users, as far as its type's name tells."""
    return name is None or name.startswith(("AWS::IAM::", "AWS::CloudFormation::"))
