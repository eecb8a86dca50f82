"""Values of Terraform (cty) in MessagePack: what a ``DynamicValue`` holds.

MessagePack and not JSON, which the protocol knows too, because only MessagePack can say that a value is not known yet.
Only what cty writes is read: no timestamps, no keys but text.
"""

from __future__ import annotations

import struct
from typing import Any

from mfa_association.engine.inputs import UNKNOWN

Value = Any
"""None, bool, str, int, float, list, dict[str, Value] or ``UNKNOWN``."""

_UNKNOWN = b"\xd4\x00\x00"
_NUMBERS = {
    0xCA: ">f",
    0xCB: ">d",
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
_FIXED = {0xC0: None, 0xC2: False, 0xC3: True}
_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_TEXT, _LISTS, _MAPS, _LONG_EXTENSIONS = (
    {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"},
    {0xDC: ">H", 0xDD: ">I"},
    {0xDE: ">H", 0xDF: ">I"},
    {0xC7: ">B", 0xC8: ">H", 0xC9: ">I"},
)


class Malformed(ValueError):
    """Bytes that are no MessagePack of cty."""


def encode(value: Value) -> bytes:
    """The MessagePack of a value."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def decode(data: bytes) -> Value:
    """The value of MessagePack; every extension means unknown, whatever it says besides. Raises ``Malformed``."""
    reader = _Reader(data)
    try:
        value = reader.value()
    except (struct.error, IndexError, UnicodeDecodeError, RecursionError):
        raise Malformed("the value ends too early, or is no text") from None
    if reader.place != len(data):
        raise Malformed("something follows the value")
    return value


def _write(out: bytearray, value: Value) -> None:
    if value is None or value is UNKNOWN:
        out += b"\xc0" if value is None else _UNKNOWN
    elif isinstance(value, bool):
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, int):
        _write_whole(out, value)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xCB, value)
    elif isinstance(value, str):
        text = value.encode()
        _write_length(out, len(text), 0xA0, 32, _TEXT)
        out += text
    elif isinstance(value, dict):
        _write_length(out, len(value), 0x80, 16, _MAPS)
        for key, item in value.items():
            _write(out, key)
            _write(out, item)
    else:
        _write_length(out, len(value), 0x90, 16, _LISTS)
        for item in value:
            _write(out, item)


def _write_whole(out: bytearray, value: int) -> None:
    if -32 <= value < 128:
        out += struct.pack("b", value)
    elif -(2**63) <= value < 2**63:
        out += struct.pack(">Bq", 0xD3, value)
    else:
        _write(out, str(value))


def _write_length(out: bytearray, length: int, short: int, limit: int, formats: dict[int, str]) -> None:
    if length < limit:
        out.append(short | length)
        return
    for mark, form in formats.items():
        if length < 256 ** struct.calcsize(form):
            out.append(mark)
            out += struct.pack(form, length)
            return
    raise Malformed(f"{length} is too long")


class _Reader:
    """Reads one value after another."""

    def __init__(self, data: bytes) -> None:
        self._data, self.place = data, 0

    def value(self) -> Value:
        mark = self._byte()
        if mark < 0x80 or mark >= 0xE0:
            return mark if mark < 0x80 else mark - 256
        if mark in _FIXED:
            return _FIXED[mark]
        if mark in _NUMBERS:
            return self._number(_NUMBERS[mark])
        if mark in _EXTENSIONS or mark in _LONG_EXTENSIONS:
            length = _EXTENSIONS.get(mark) or self._number(_LONG_EXTENSIONS[mark])
            self._take(1 + int(length))
            return UNKNOWN
        return self._compound(mark)

    def _compound(self, mark: int) -> Value:
        if 0xA0 <= mark < 0xC0 or mark in _TEXT:
            return self._take(mark & 0x1F if mark < 0xC0 else int(self._number(_TEXT[mark]))).decode()
        if 0x90 <= mark < 0xA0 or mark in _LISTS:
            length = mark & 0x0F if mark < 0xA0 else int(self._number(_LISTS[mark]))
            return [self.value() for _ in range(length)]
        if 0x80 <= mark < 0x90 or mark in _MAPS:
            length = mark & 0x0F if mark < 0x90 else int(self._number(_MAPS[mark]))
            return {self._key(): self.value() for _ in range(length)}
        raise Malformed(f"{mark:#x} is no value of Terraform")

    def _key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            raise Malformed("a key is no text")
        return key

    def _number(self, form: str) -> int | float:
        number: int | float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return number

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, length: int) -> bytes:
        taken = self._data[self.place : self.place + length]
        if len(taken) < length:
            raise Malformed("the value ends too early")
        self.place += length
        return taken
