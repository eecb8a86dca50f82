"""A call of the Terraform provider as an engine makes it: bytes in, bytes out."""

from __future__ import annotations

from typing import Any

from mfa_association.terraform import protocol
from mfa_association.terraform.server import Server
from mfa_association.terraform.values import encode


def answer(server: Server, method: str, **values: Any) -> Any:
    """The response to a method's request with these fields; a ``DynamicValue`` may be given as a plain value."""
    kind = protocol.method(method)
    request = kind.request()
    for name, value in values.items():
        _set(request, name, value)
    return kind.response.FromString(server.call(method, request.SerializeToString()))


def _set(request: Any, name: str, value: Any) -> None:
    kind = request.DESCRIPTOR.fields_by_name[name]
    if kind.message_type is not None and kind.message_type.name == "DynamicValue":
        getattr(request, name).msgpack = encode(value)
    elif kind.message_type is not None:
        getattr(request, name).CopyFrom(value)
    else:
        setattr(request, name, value)
