"""One call of the protocol, and how values get out of its messages and back into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mfa_association.terraform.diagnostics import Diagnostics
from mfa_association.terraform.values import Value, decode, encode

if TYPE_CHECKING:
    from mfa_association.terraform.connection import Connection


@dataclass
class Provider:
    """What a process keeps between calls."""

    connection: Connection | None = None


@dataclass(frozen=True)
class Call:
    """A call: what was asked, and what the answer puts into the response and tells.

    ``events``: what the answer of a stream consists of, each of the class of ``response``.
    """

    provider: Provider
    request: Any
    response: Any
    told: Diagnostics
    events: list[Any] = field(default_factory=list)

    def event(self) -> Any:
        """The next message of a stream."""
        self.events.append(type(self.response)())
        return self.events[-1]


CallHandler = Callable[[Call], None]
Answers = dict[str, CallHandler]


def value(dynamic: Any) -> Value:
    """The value in a ``DynamicValue``; None of an empty one."""
    return decode(dynamic.msgpack) if dynamic.msgpack else None


def put(dynamic: Any, state: Value) -> None:
    """Put a value into a ``DynamicValue``."""
    dynamic.Clear()
    dynamic.msgpack = encode(state)
