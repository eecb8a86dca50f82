"""The floor: a dynamic provider of the same inputs and outputs that does nothing. What it costs is the engine's own.

Importable and stateless as ours is, so that both leave the same kind of record in state.
"""

from __future__ import annotations

from typing import Any, final

from pulumi import Output
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

Props = dict[str, Any]

OUTPUTS: Props = {
    "active": True,
    "device_kind": "virtual",
    "enable_date": "2026-01-31T12:00:00Z",
    "account_id": "111122223333",
    "user_id": "AIDAEXAMPLEEXAMPLE00",
}


@final
class NoOp(ResourceProvider):
    """Answers at once."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """Nothing ever changes."""
        return DiffResult(changes=False)

    def create(self, props: Props) -> CreateResult:
        """Say that it is there."""
        named = {key: props[key] for key in ("user_name", "serial_number")}
        return CreateResult(props["serial_number"], {**named, **OUTPUTS})

    def read(self, id_: str, props: Props) -> ReadResult:
        """Say what was saved."""
        return ReadResult(id_, {key: value for key, value in props.items() if key != "__provider"})


class NoOpAssociation(Resource, module="iam", name="NoOpAssociation"):
    """An association that binds nothing."""

    user_name: Output[str]
    serial_number: Output[str]
    active: Output[bool]
    device_kind: Output[str]
    enable_date: Output[str]
    account_id: Output[str]
    user_id: Output[str]

    def __init__(self, name: str, *, user_name: str, serial_number: str) -> None:
        named = {"user_name": user_name, "serial_number": serial_number}
        super().__init__(NoOp(), name, {**named, **dict.fromkeys(OUTPUTS)})
