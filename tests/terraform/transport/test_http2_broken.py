"""Peers that do not speak HTTP/2 are told why, and then nothing more."""

from __future__ import annotations

import contextlib

import pytest
from h2.errors import ErrorCodes
from hpack import Encoder
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.terraform.transport import frames
from mfa_association.terraform.transport.frames import Broken
from mfa_association.terraform.transport.http2 import Connection
from tests.terraform.transport.client import CALLED, Pair, raw

BLOCK = Encoder().encode(CALLED)
OPEN, HALF = raw(frames.HEADERS, 4, 3, BLOCK), raw(frames.HEADERS, 0, 3, BLOCK)


@pytest.mark.parametrize(
    "reason, data, code",
    [
        ("a frame too large", raw(frames.DATA, 0, 3, size=16_385), ErrorCodes.FRAME_SIZE_ERROR),
        ("a call on a stream of the server", raw(frames.HEADERS, 5, 4, BLOCK), ErrorCodes.PROTOCOL_ERROR),
        ("a continuation of nothing", raw(frames.CONTINUATION, 4, 3, BLOCK), ErrorCodes.PROTOCOL_ERROR),
        ("a continuation of an ended block", OPEN + raw(frames.CONTINUATION, 4, 3), ErrorCodes.PROTOCOL_ERROR),
        ("a continuation of another stream", HALF + raw(frames.CONTINUATION, 4, 5), ErrorCodes.PROTOCOL_ERROR),
        ("data inside a block", HALF + raw(frames.DATA, 0, 3), ErrorCodes.PROTOCOL_ERROR),
        ("headers inside a block", HALF + OPEN, ErrorCodes.PROTOCOL_ERROR),
        ("a ping inside a block", HALF + raw(frames.PING, 0, 0, b"12345678"), ErrorCodes.PROTOCOL_ERROR),
        ("an unknown kind inside a block", HALF + raw(0xEE, 0, 3), ErrorCodes.PROTOCOL_ERROR),
        ("an index that is not there", raw(frames.HEADERS, 5, 3, b"\xff\x7f"), ErrorCodes.COMPRESSION_ERROR),
        ("half a header", raw(frames.HEADERS, 5, 3, BLOCK[:-1]), ErrorCodes.COMPRESSION_ERROR),
        ("half a number", raw(frames.HEADERS, 5, 3, b"\xff\x80"), ErrorCodes.COMPRESSION_ERROR),
        ("a table larger than told", raw(frames.HEADERS, 5, 3, b"\x3f\xe2\x1f"), ErrorCodes.COMPRESSION_ERROR),
        ("bad trailers", OPEN + raw(frames.HEADERS, 5, 3, b"\x80"), ErrorCodes.COMPRESSION_ERROR),
        ("padding longer than headers", raw(frames.HEADERS, 0xD, 3, b"\xff" + BLOCK), ErrorCodes.PROTOCOL_ERROR),
        ("padding longer than data", OPEN + raw(frames.DATA, 8, 3, b"\4abc"), ErrorCodes.PROTOCOL_ERROR),
        ("padding without its length", OPEN + raw(frames.DATA, 8, 3), ErrorCodes.FRAME_SIZE_ERROR),
        ("settings and a half", raw(frames.SETTINGS, 0, 0, b"\0" * 9), ErrorCodes.FRAME_SIZE_ERROR),
        ("a window without a size", raw(frames.WINDOW_UPDATE, 0, 0, b"\0\0\1"), ErrorCodes.FRAME_SIZE_ERROR),
        ("a window of a stream without one", OPEN + raw(frames.WINDOW_UPDATE, 0, 3), ErrorCodes.FRAME_SIZE_ERROR),
        (
            "headers without an end",
            raw(frames.HEADERS, 0, 3, b"\0" * 16_384) + 4 * raw(frames.CONTINUATION, 0, 3, b"\0" * 16_384),
            ErrorCodes.ENHANCE_YOUR_CALM,
        ),
        (
            "headers that point to more than there may be",
            raw(frames.HEADERS, 4, 3, b"\x40\1a\x7f\xa1\x1e" + b"b" * 4_000 + b"\xbe" * 20),
            ErrorCodes.COMPRESSION_ERROR,
        ),
    ],
)
def test_what_is_malformed(reason: str, data: bytes, code: ErrorCodes) -> None:
    pair = Pair()
    pair.call(b"before")
    pair.pump()
    with pytest.raises(Broken) as caught:
        pair.send(data)
    assert pair.gone() == [code] == [caught.value.code], reason
    assert [one.stream for one in pair.requests] == [1], "what came before is kept, and nothing came of the rest"


@pytest.mark.parametrize("more", [0, 1])
def test_a_block_as_long_as_may_be_is_read(more: int) -> None:
    """Filled up with changes of the table's size, which are no headers."""
    pair = Pair()
    block = b"\x20" * (65_536 - len(BLOCK) + more) + BLOCK
    pieces = [block[start : start + 16_384] for start in range(0, len(block), 16_384)]
    data = b"".join(raw(frames.CONTINUATION, 0, 1, piece) for piece in pieces[1:]) + raw(frames.CONTINUATION, 4, 1)
    with contextlib.suppress(Broken):
        pair.send(raw(frames.HEADERS, 1, 1, pieces[0]) + data)
    assert (len(pair.requests), pair.gone()) == ((0, [ErrorCodes.ENHANCE_YOUR_CALM]) if more else (1, []))


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", raw(frames.SETTINGS, 0, 0)])
def test_who_speaks_another_protocol(data: bytes) -> None:
    ours = Connection(lambda _: True)
    with pytest.raises(Broken):
        list(ours.receive(data))
    farewell = b"\0\0\0\0" + b"\0\0\0\1"
    assert bytes(ours.out).endswith(raw(frames.GOAWAY, 0, 0, farewell))


def test_the_farewell_names_the_last_call() -> None:
    ours = Connection(lambda _: True)
    sent = raw(frames.HEADERS, 5, 7, BLOCK) + raw(frames.CONTINUATION, 4, 3)
    with pytest.raises(Broken):
        list(ours.receive(frames.PREFACE + sent))
    assert bytes(ours.out).endswith(raw(frames.GOAWAY, 0, 0, b"\0\0\0\7" + b"\0\0\0\1"))


@given(st.binary(max_size=60), st.booleans())
def test_whatever_headers_hold_is_a_path_or_a_fault_of_the_peer(block: bytes, trailers: bool) -> None:
    ours = Connection(lambda _: True)
    before = raw(frames.HEADERS, 4, 1, BLOCK) if trailers else b""
    try:
        list(ours.receive(frames.PREFACE + before + raw(frames.HEADERS, 5, 1, block)))
    except Broken as fault:
        assert fault.code == frames.COMPRESSION_ERROR


KINDS = st.builds(raw, st.integers(0, 11), st.integers(0, 255), st.integers(0, 9), st.binary(max_size=30))


@given(st.lists(KINDS, max_size=8))
def test_whatever_frames_come_nothing_else_is_raised(sent: list[bytes]) -> None:
    ours = Connection(lambda _: True)
    try:
        for request in ours.receive(frames.PREFACE + b"".join(sent)):
            ours.answer(request.stream, b"answer")
    except Broken as fault:
        assert fault.code in {int(one) for one in ErrorCodes}
