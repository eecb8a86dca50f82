"""Every parameter against the published lengths, patterns and value sets of botocore's model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from .errors import Refused

SECRETS = {"AuthenticationCode1", "AuthenticationCode2", "TokenCode", "Password"}
MAXIMA = {"virtualMFADeviceName": 226}
"""Lengths that AWS enforces and botocore's model leaves out (CloudFormation's schema of AWS::IAM::VirtualMFADevice)."""

PATH = (
    "The specified value for path is invalid. It must begin and end with / "
    "and contain only alphanumeric characters and/or / characters."
)


def check(shape: StructureShape, params: Mapping[str, Any]) -> None:
    """Refuse parameters that the model forbids, in AWS's words, never repeating a secret."""
    found = list(_structure(shape, params, ""))
    if found:
        plural = "s" if len(found) > 1 else ""
        raise Refused("ValidationError", f"{len(found)} validation error{plural} detected: {'; '.join(found)}")
    path = params.get("Path")
    if path is not None and not re.fullmatch(shape.members["Path"].metadata["pattern"], path, re.ASCII):
        raise Refused("ValidationError", PATH)


def _structure(shape: StructureShape, value: Mapping[str, Any], at: str) -> Iterator[str]:
    for key, member in shape.members.items():
        where = at + key[0].lower() + key[1:]
        if value.get(key) is not None:
            yield from _member(member, value[key], where, key in SECRETS)
        elif key in shape.required_members:
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _member(shape: Shape, value: Any, at: str, secret: bool) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, at + ".")
        return
    shown = "Value" if secret else f"Value '{value}'"
    for constraint in _broken(shape, value):
        yield f"{shown} at '{at}' failed to satisfy constraint: {constraint}"
    if isinstance(shape, ListShape):
        for number, item in enumerate(value, 1):
            yield from _member(shape.member, item, f"{at}.{number}.member", secret)


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    size, noun = (value, "value") if isinstance(value, int) else (len(value), "length")
    if size < limits.get("min", size):
        yield f"Member must have {noun} greater than or equal to {limits['min']}"
    most = limits.get("max", MAXIMA.get(shape.name, size))
    if size > most:
        yield f"Member must have {noun} less than or equal to {most}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and shape.name != "pathType" and not _matches(limits["pattern"], value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


def _matches(pattern: str, value: str) -> bool:
    """Anchored, and ASCII unless the pattern itself asks for Unicode classes, which Python's `re` does not know."""
    if r"\p{" in pattern:
        return re.fullmatch(pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s"), value) is not None
    return re.fullmatch(pattern, value, re.ASCII) is not None
