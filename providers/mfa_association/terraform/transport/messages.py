"""gRPC's messages and answers on HTTP/2 (grpc.io, PROTOCOL-HTTP2): one length-prefixed message asks, and one answers, or many."""

from __future__ import annotations

import struct
from typing import Final
from urllib.parse import quote

RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 8, 12, 13

UNKNOWN = "this provider does not implement it"

_PREFIX = struct.Struct(">?L")

Headers = list[tuple[bytes, bytes]]


class NoMessage(ValueError):
    """A request that is not one message in the clear."""


def unwrapped(body: bytes | bytearray) -> bytes:
    """The message of a request. Raises ``NoMessage``."""
    if len(body) < _PREFIX.size:
        raise NoMessage("a request without a message")
    compressed, size = _PREFIX.unpack_from(body)
    if compressed or size != len(body) - _PREFIX.size:
        raise NoMessage("a request that is not one message, uncompressed")
    return bytes(body[_PREFIX.size :])


def wrapped(message: bytes) -> bytes:
    """The body of an answer."""
    return _PREFIX.pack(False, len(message)) + message


BEGIN: Final[Headers] = [(b":status", b"200"), (b"content-type", b"application/grpc")]
END: Final[Headers] = [(b"grpc-status", b"0")]


def refusal(status: int, text: str) -> Headers:
    """The headers of an answer that is nothing but an error.

    ``text`` holds nothing that a peer chose: the tables of headers, whose size it sets, keep each text for good.
    """
    return [*BEGIN, (b"grpc-status", b"%d" % status), (b"grpc-message", quote(text, safe=" ").encode())]
