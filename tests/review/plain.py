"""Values that JSON can hold."""

from __future__ import annotations


def is_plain(value: object) -> bool:
    """Whether a value is known and can be written down."""
    return value is None or isinstance(value, (str, bool, int))
