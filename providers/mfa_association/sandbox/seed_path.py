"""Where in a seed something stands, and how its faults are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any


class SeedFault(ValueError):
    """A fault of a seed: one sentence that says file, place and what is wrong."""


@dataclass(frozen=True)
class SeedPath:
    """Where in the seed a value stands, for faults."""

    source: str
    path: str = ""

    def __truediv__(self, key: object) -> SeedPath:
        step = f"[{key}]" if isinstance(key, int) else f"{'.' if self.path else ''}{key}"
        return SeedPath(self.source, self.path + step)

    def fault(self, what: str) -> SeedFault:
        """The sentence for this place."""
        return SeedFault(f"{self.source}: {self.path or 'the seed'}: {what}")

    def mapping(self, value: Any, known: set[str] | None = None) -> Mapping[str, Any]:
        """A mapping whose keys are text, and known where they can be; nothing at all is an empty one."""
        value = {} if value is None else value
        if not isinstance(value, Mapping):
            raise self.fault("must be a mapping")
        for key in value:
            if not isinstance(key, str):
                raise self.fault(f"the key {key!r} must be text: put it in quotes")
            if known is not None and key not in known:
                raise self.fault(f"has no field {key!r}; the fields are {', '.join(sorted(known))}")
        return value

    def text(self, value: Any, pattern: str, what: str) -> str:
        """Text of a given shape."""
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise self.fault(f"must be {what}")
        return value

    def flag(self, value: Any) -> bool:
        """true or false."""
        if not isinstance(value, bool):
            raise self.fault("must be true or false")
        return value

    def moment(self, value: Any) -> int | None:
        """A time, in seconds since 1970; None for none."""
        with suppress(ValueError):
            value = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise self.fault("must be a time such as 2024-01-31T12:00:00Z")
        return int((value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp())
