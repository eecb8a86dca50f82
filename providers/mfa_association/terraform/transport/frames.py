"""Frames of HTTP/2 as bytes (RFC 9113, sections 4 and 6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
LARGEST: Final = 16_384
"""Bytes of a payload that every peer takes, and the most that we take."""

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
ACK = END_STREAM = 0x1
END_HEADERS, PADDED, WITH_PRIORITY = 0x4, 0x8, 0x20

NO_ERROR, PROTOCOL_ERROR = 0x0, 0x1
FRAME_SIZE_ERROR, COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 0x6, 0x9, 0xB

_HEAD = struct.Struct(">BHBBL")
_WORD = struct.Struct(">L")
_SETTING = struct.Struct(">HL")


class Broken(Exception):
    """The peer does not speak HTTP/2; the connection ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Frame(NamedTuple):
    """One frame."""

    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def word(self) -> int:
        """The payload as one number of 31 bits. Raises ``Broken``."""
        if len(self.payload) != 4:
            raise Broken(FRAME_SIZE_ERROR)
        found: int = _WORD.unpack(self.payload)[0]
        return found & 0x7FFF_FFFF

    @property
    def settings(self) -> list[tuple[int, int]]:
        """The payload as settings. Raises ``Broken``."""
        if len(self.payload) % _SETTING.size:
            raise Broken(FRAME_SIZE_ERROR)
        return list(_SETTING.iter_unpack(self.payload))

    @property
    def content(self) -> bytes:
        """The payload of DATA or HEADERS without padding and priority. Raises ``Broken``."""
        start, end = 0, len(self.payload)
        if self.flags & PADDED:
            if not self.payload:
                raise Broken(FRAME_SIZE_ERROR)
            start, end = 1, end - self.payload[0]
        if self.kind == HEADERS and self.flags & WITH_PRIORITY:
            start += 5
        if start > end:
            raise Broken(PROTOCOL_ERROR)
        return self.payload[start:end]


def frame(kind: int, flags: int, stream: int, payload: bytes | memoryview = b"") -> bytes:
    """A frame as bytes."""
    size = len(payload)
    return _HEAD.pack(size >> 16, size & 0xFFFF, kind, flags, stream) + payload


def word(number: int) -> bytes:
    """A number as a payload."""
    return _WORD.pack(number)


def settings(found: dict[int, int]) -> bytes:
    """Settings as a payload."""
    return b"".join(_SETTING.pack(*pair) for pair in found.items())


class Frames:
    """Frames out of bytes as they come, after the preface."""

    def __init__(self) -> None:
        self._awaited = PREFACE
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """What is whole by now. Raises ``Broken``."""
        data = self._rest + self._without_preface(data)
        start = 0
        while len(data) - start >= _HEAD.size:
            high, low, kind, flags, stream = _HEAD.unpack_from(data, start)
            body, end = start + _HEAD.size, start + _HEAD.size + (high << 16 | low)
            if end - body > LARGEST:
                raise Broken(FRAME_SIZE_ERROR)
            if end > len(data):
                break
            start = end
            yield Frame(kind, flags, stream & 0x7FFF_FFFF, data[body:end])
        self._rest = data[start:]

    def _without_preface(self, data: bytes) -> bytes:
        if not self._awaited:
            return data
        size = len(self._awaited)
        if not self._awaited.startswith(data[:size]):
            raise Broken(PROTOCOL_ERROR)
        self._awaited = self._awaited[len(data) :]
        return data[size:]
