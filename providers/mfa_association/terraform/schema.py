"""What a Terraform schema is made of, and its form in the protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from mfa_association.terraform.protocol import message

Type = str | list[Any]
"""A type as cty writes it in JSON: ``"string"``, ``["list", "string"]``, ``["object", {…}]``."""

Use = Literal["required", "optional", "computed", "optional+computed"]


@dataclass(frozen=True)
class Attribute:
    """One argument or attribute. ``write_only``: the engine hands it over once and keeps it nowhere."""

    name: str
    use: Use
    description: str
    type: Type = "string"
    write_only: bool = False

    def to_proto(self) -> Any:
        """The protocol's message."""
        return message("Schema.Attribute")(
            name=self.name,
            type=cty(self.type),
            description=self.description,
            description_kind=1,
            required=self.use == "required",
            optional=self.use.startswith("optional"),
            computed=self.use.endswith("computed"),
            sensitive=self.write_only,
            write_only=self.write_only,
        )


@dataclass(frozen=True)
class Block:
    """A block inside the provider's configuration, any number of times unless ``most`` says otherwise."""

    name: str
    attributes: tuple[Attribute, ...]
    description: str
    most: int = 0

    def to_proto(self) -> Any:
        """The protocol's message."""
        body = message("Schema.Block")(attributes=[attribute.to_proto() for attribute in self.attributes])
        body.description, body.description_kind = self.description, 1
        return message("Schema.NestedBlock")(type_name=self.name, block=body, nesting=2, max_items=self.most)


@dataclass(frozen=True)
class Schema:
    """The schema of a resource, a data source or the provider itself."""

    description: str
    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...] = ()
    version: int = 0

    def to_proto(self) -> Any:
        """The protocol's message."""
        body = message("Schema.Block")(
            version=self.version,
            attributes=[attribute.to_proto() for attribute in self.attributes],
            block_types=[block.to_proto() for block in self.blocks],
            description=self.description,
            description_kind=1,
        )
        return message("Schema")(version=self.version, block=body)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its attributes."""
        return tuple(attribute.name for attribute in self.attributes)

    def whole(self, values: dict[str, Any]) -> dict[str, Any]:
        """An object with every attribute of this schema and no other, null where ``values`` has nothing."""
        return {name: values.get(name) for name in self.names}


def cty(type_: Type) -> bytes:
    """A type in the protocol."""
    return json.dumps(type_).encode()
