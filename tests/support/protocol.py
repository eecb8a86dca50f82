"""A call of the Terraform provider as an engine makes it: bytes in, bytes out."""

from __future__ import annotations

from typing import Any

from mfa_association.terraform import protocol
from mfa_association.terraform.server import Server
from mfa_association.terraform.values import encode


def answer(server: Server, method: str, **values: Any) -> Any:
    """The response to a method's request with these fields; a ``DynamicValue`` may be given as a plain value."""
    [response] = answers(server, method, **values)
    return response


def answers(server: Server, method: str, **values: Any) -> list[Any]:
    """As ``answer``, for a method whose answer is a stream."""
    kind = protocol.method(method)
    request = kind.request()
    for name, value in values.items():
        _set(request, name, value)
    answered = server.call(method, request.SerializeToString())
    return [kind.response.FromString(one) for one in ([answered] if isinstance(answered, bytes) else answered)]


def _set(request: Any, name: str, value: Any) -> None:
    kind = request.DESCRIPTOR.fields_by_name[name]
    if kind.message_type is not None and kind.message_type.name == "DynamicValue":
        getattr(request, name).msgpack = encode(value)
    elif kind.message_type is not None:
        getattr(request, name).CopyFrom(value)
    else:
        setattr(request, name, value)
