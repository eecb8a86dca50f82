"""Pages of a list: MaxItems, Marker and IsTruncated as IAM's API reference has them.

AWS "might return fewer than the MaxItems number of results, even when there are more": the control command `pages`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .errors import Refused
from .request import Request, Result

T = TypeVar("T")
PAGE = 100
"""MaxItems where the caller does not say (API reference)."""


def page(request: Request, items: Iterable[T], key: Callable[[T], str]) -> tuple[list[T], Result]:
    """The items of the page asked for, in the order of their keys, and the members that tell whether there is more.

    A marker holds the last key, so what follows is right whatever is deleted or added in between.
    """
    after = _after(request.params.get("Marker"))
    rest = sorted((item for item in items if after is None or key(item) > after), key=key)
    size = min(request.params.get("MaxItems", PAGE), request.world.largest_page)
    if len(rest) <= size:
        return rest, {"IsTruncated": False}
    return rest[:size], {"IsTruncated": True, "Marker": _marker(key(rest[size - 1]))}


def by_name(item: Any) -> str:
    """The key of what IAM lists by name."""
    return str(item.name)


def _marker(key: str) -> str:
    return base64.urlsafe_b64encode(f"after:{key}".encode()).decode()


def _after(marker: str | None) -> str | None:
    """The key in a marker that was given out, None without one."""
    if marker is None:
        return None
    try:
        word, _, key = base64.b64decode(marker, altchars=b"-_", validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        word = key = ""
    if word != "after" or not key:
        raise Refused("ValidationError", "Invalid Marker.")
    return key
