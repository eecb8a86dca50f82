"""How new text is written: plain where every YAML reader takes it for text, else in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, Union

Value: TypeAlias = Union[str, bool, Sequence["Value"], Mapping[str, "Value"]]  # noqa: UP007, in Python 3.10 no | with names in quotes

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_+=/:.@-]*(?<!:)")
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z][A-Za-z0-9_+=/.@-]*")
# What YAML 1.1 or 1.2 takes for truth or nothing, in any case.
_WORDS: Final = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def scalar(value: str | bool, *, quoted: bool = False, flow: bool = False) -> str:
    """A text, or a truth value, on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    plain = (_PLAIN_IN_FLOW if flow else _PLAIN).fullmatch(value)
    return value if plain and not quoted and value.lower() not in _WORDS else json.dumps(value)


def flow(value: Value, *, quoted: bool = False) -> str:
    """A value in brackets, on one line."""
    if isinstance(value, (str, bool)):
        return scalar(value, quoted=quoted, flow=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(pair(key, item, quoted=quoted) for key, item in value.items()) + "}"
    return "[" + ", ".join(flow(item, quoted=quoted) for item in value) + "]"


def pair(key: str, value: Value, *, quoted: bool = False) -> str:
    """``key: value`` between braces."""
    return f"{scalar(key, quoted=quoted, flow=True)}: {flow(value, quoted=quoted)}"


def block(value: Value, column: int, *, step: int = 2, dash: int = 2, quoted: bool = False) -> list[str]:
    """A mapping or list on lines of its own; ``step`` and ``dash`` indent what stands below a key."""
    if isinstance(value, Mapping):
        return [
            line
            for key, item in value.items()
            for line in _below(key, item, column, step=step, dash=dash, quoted=quoted)
        ]
    assert not isinstance(value, (str, bool))
    return [line for item in value for line in _item(item, column, quoted=quoted)]


def _below(key: str, value: Value, column: int, *, step: int, dash: int, quoted: bool) -> list[str]:
    name = f"{' ' * column}{scalar(key, quoted=quoted)}:"
    if isinstance(value, (str, bool)):
        return [f"{name} {scalar(value, quoted=quoted)}"]
    inner = column + (step if isinstance(value, Mapping) else dash)
    return [name, *block(value, inner, step=step, dash=dash, quoted=quoted)]


def _item(value: Value, column: int, *, quoted: bool) -> list[str]:
    if isinstance(value, (str, bool)):
        return [f"{' ' * column}- {scalar(value, quoted=quoted)}"]
    first, *rest = block(value, column + 2, quoted=quoted)
    return [f"{' ' * column}- {first[column + 2 :]}", *rest]
