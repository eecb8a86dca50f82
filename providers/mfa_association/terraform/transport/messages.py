"""gRPC's messages and answers on HTTP/2 (grpc.io, PROTOCOL-HTTP2): one length-prefixed message each way."""

from __future__ import annotations

import struct
from typing import Final
from urllib.parse import quote

from hpack import Encoder

UNIMPLEMENTED, INTERNAL = 12, 13

_PREFIX = struct.Struct(">?L")
_TYPE = ("content-type", "application/grpc")


class NoMessage(ValueError):
    """A request that is not one message in the clear."""


def unwrapped(body: bytes) -> bytes:
    """The message of a request. Raises ``NoMessage``."""
    if len(body) < _PREFIX.size:
        raise NoMessage("a request without a message")
    compressed, size = _PREFIX.unpack_from(body)
    if compressed or size != len(body) - _PREFIX.size:
        raise NoMessage("a request that is not one message, uncompressed")
    return body[_PREFIX.size :]


def wrapped(message: bytes) -> bytes:
    """The body of an answer."""
    return _PREFIX.pack(False, len(message)) + message


def refusal(status: int, text: str) -> bytes:
    """The headers of an answer that is nothing but an error."""
    return _block((":status", "200"), _TYPE, ("grpc-status", str(status)), ("grpc-message", quote(text, safe=" ")))


def _block(*headers: tuple[str, str]) -> bytes:
    """Headers that change no table of the peer, so that they may be sent at any time, and again."""
    return Encoder().encode([(name, value, True) for name, value in headers], huffman=False)


BEGIN: Final = _block((":status", "200"), _TYPE)
END: Final = _block(("grpc-status", "0"))
