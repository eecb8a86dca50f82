"""Whether AWS is reached where AWS is: who answers in its place hears every code and can say anything. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_AWS = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn", "amazonaws.eu", "aws.dev")
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
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return "(not a URL)"


def _is_known(host: str) -> bool:
    return host in _HERE or any(host == name or host.endswith(f".{name}") for name in _AWS)
