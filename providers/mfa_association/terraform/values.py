"""Values of Terraform (cty) in MessagePack: what a ``DynamicValue`` holds.

MessagePack and not JSON, which the protocol knows too, because only MessagePack can say that a value is not known yet.
"""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]

from mfa_association.engine.inputs import UNKNOWN

Value = Any
"""None, bool, str, int, float, list, dict[str, Value] or ``UNKNOWN``."""


class Malformed(ValueError):
    """Bytes that are no MessagePack of cty."""


def encode(value: Value) -> bytes:
    """The MessagePack of a value; a number beyond 64 bits is text, as cty has it."""
    packed: bytes = msgpack.packb(value, default=_extension)
    return packed


def decode(data: bytes) -> Value:
    """The value of MessagePack; every extension means unknown, whatever it says besides. Raises ``Malformed``."""
    try:
        return msgpack.unpackb(data, ext_hook=lambda _code, _data: UNKNOWN, max_bin_len=0)
    except ValueError as fault:
        raise Malformed(f"the value is not MessagePack of Terraform ({type(fault).__name__})") from None


def _extension(value: object) -> object:
    if value is UNKNOWN:
        return msgpack.ExtType(0, b"\0")
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of Terraform")
