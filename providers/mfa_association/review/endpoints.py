"""Whether AWS is reached where AWS is: who answers in its place hears every code and can say anything. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_AWS = re.compile(
    r"(vpce-[a-z0-9-]+\.(?!vpce-svc-))?[a-z0-9-]+(\.dualstack)?(\.([a-z]{2,}(-[a-z]+)+-[0-9]+|us-gov|global))?(\.vpce)?"
    r"\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|api\.amazonwebservices\.com\.cn)"
)
"""``SERVICE.REGION.amazonaws.com``: under the same domains stand hosts that any customer may own (`execute-api`, `elb`)."""
_HERE = ("localhost", "127.0.0.1", "::1")
"""A sandbox of the machine's own: a test, and no place that a change could lead anybody to."""


def foreign_hosts(value: Any) -> list[str]:
    """The hosts in a provider's ``endpoints`` that are neither AWS's nor this machine's, each once."""
    return sorted({host for url in _texts(value) if (host := _host(url)) and not _is_known(host)})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


def _host(url: str) -> str | None:
    """The host, None for no URL at all. Programs disagree about what a backslash is."""
    if not url.strip():
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        host = None
    return host if host and "\\" not in url else "(not a URL)"


def _is_known(host: str) -> bool:
    return host in _HERE or _AWS.fullmatch(host) is not None
