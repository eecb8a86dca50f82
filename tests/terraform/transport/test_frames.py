"""Frames: read as hyperframe writes them, written as hyperframe reads them, wherever the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, SettingsFrame
from hyperframe.frame import Frame as Theirs
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.terraform.transport import frames
from mfa_association.terraform.transport.frames import Broken, Frame, Frames
from tests.terraform.transport.client import raw

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAMES = st.builds(
    Frame,
    kind=st.integers(0, 255),
    flags=st.integers(0, 255),
    stream=st.integers(0, 2**31 - 1),
    payload=st.binary(max_size=300),
)


def _chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 5_000), max_size=20))
def test_where_the_bytes_are_cut_changes_no_frame(sent: list[Frame], cuts: list[int]) -> None:
    data = PREFACE + b"".join(raw(*one) for one in sent)
    reader = Frames()
    assert [one for chunk in _chunks(data, cuts) for one in reader.feed(chunk)] == sent


def test_a_frame_is_there_with_its_last_byte() -> None:
    reader, data = Frames(), PREFACE + raw(frames.PING, 0, 0, b"12345678")
    assert not list(reader.feed(data[:-1]))
    assert list(reader.feed(data[-1:])) == [Frame(frames.PING, 0, 0, b"12345678")]


def test_the_reserved_bit_is_nobodys() -> None:
    [found] = Frames().feed(PREFACE + raw(frames.WINDOW_UPDATE, 0, 2**31 + 5, b"\x80\0\0\7"))
    assert (found.stream, found.word) == (5, 7)


@pytest.mark.parametrize(
    "reason, data, code",
    [
        ("another protocol", b"GET / HTTP/1.1\r\n\r\n", frames.PROTOCOL_ERROR),
        ("another protocol, by its first byte", b"G", frames.PROTOCOL_ERROR),
        ("a preface that goes wrong late", PREFACE[:-1] + b"x", frames.PROTOCOL_ERROR),
        ("no preface", raw(frames.SETTINGS, 0, 0), frames.PROTOCOL_ERROR),
        ("a frame too large", PREFACE + raw(frames.DATA, 0, 1, b"x" * 16_385), frames.FRAME_SIZE_ERROR),
        ("a frame that will be too large", PREFACE + raw(frames.DATA, 0, 1, size=16_385), frames.FRAME_SIZE_ERROR),
        ("a frame of 16 MB", PREFACE + raw(frames.DATA, 0, 1, size=0xFF0000), frames.FRAME_SIZE_ERROR),
    ],
)
@pytest.mark.parametrize("step", [1, 10**6])
def test_what_is_not_http2(reason: str, data: bytes, code: int, step: int) -> None:
    reader = Frames()
    with pytest.raises(Broken) as caught:
        for start in range(0, len(data), step):
            list(reader.feed(data[start : start + step]))
    assert caught.value.code == code, reason


def test_the_largest_frame_is_taken() -> None:
    [found] = Frames().feed(PREFACE + raw(frames.DATA, 0, 1, b"x" * 16_384))
    assert len(found.payload) == 16_384


@given(st.binary(max_size=50), st.integers(0, 255), st.booleans())
def test_padding_and_priority_are_no_content(content: bytes, padding: int, headers: bool) -> None:
    made: Theirs
    if headers:
        made = HeadersFrame(1, content, flags=["PADDED", "PRIORITY"], pad_length=padding, depends_on=3, exclusive=True)
    else:
        made = DataFrame(1, content, flags=["PADDED"], pad_length=padding)
    [found] = Frames().feed(PREFACE + made.serialize())
    assert found.content == content


@pytest.mark.parametrize(
    "reason, kind, flags, payload, content",
    [
        ("plain", frames.DATA, 0, b"abc", b"abc"),
        ("nothing", frames.DATA, frames.END_STREAM, b"", b""),
        ("priority alone", frames.HEADERS, frames.WITH_PRIORITY, b"\0\0\0\0\0abc", b"abc"),
        ("nothing but priority", frames.HEADERS, frames.WITH_PRIORITY, b"\0\0\0\0\0", b""),
        ("a flag that DATA does not have", frames.DATA, frames.WITH_PRIORITY, b"\0\0\0\0\0abc", b"\0\0\0\0\0abc"),
        ("nothing but padding", frames.DATA, frames.PADDED, b"\3abc", b""),
    ],
)
def test_content(reason: str, kind: int, flags: int, payload: bytes, content: bytes) -> None:
    assert Frame(kind, flags, 1, payload).content == content, reason


@pytest.mark.parametrize(
    "reason, kind, flags, payload, code",
    [
        ("padding without its length", frames.DATA, frames.PADDED, b"", frames.FRAME_SIZE_ERROR),
        ("padding longer than the payload", frames.DATA, frames.PADDED, b"\4abc", frames.PROTOCOL_ERROR),
        ("much longer padding", frames.DATA, frames.PADDED, b"\xffabc", frames.PROTOCOL_ERROR),
        ("half a priority", frames.HEADERS, frames.WITH_PRIORITY, b"\0\0\0\0", frames.PROTOCOL_ERROR),
        ("padding into the priority", frames.HEADERS, frames.PADDED | frames.WITH_PRIORITY, b"\2\0\0\0\0\0a", 1),
    ],
)
def test_content_that_cannot_be(reason: str, kind: int, flags: int, payload: bytes, code: int) -> None:
    with pytest.raises(Broken) as caught:
        _ = Frame(kind, flags, 1, payload).content
    assert caught.value.code == code, reason


@pytest.mark.parametrize("payload", [b"", b"\0\0\1", b"\0\0\0\0\1"])
def test_a_number_has_four_bytes(payload: bytes) -> None:
    with pytest.raises(Broken) as caught:
        _ = Frame(frames.WINDOW_UPDATE, 0, 0, payload).word
    assert caught.value.code == frames.FRAME_SIZE_ERROR


@pytest.mark.parametrize("size", [1, 5, 7, 11])
def test_a_setting_has_six_bytes(size: int) -> None:
    with pytest.raises(Broken) as caught:
        _ = Frame(frames.SETTINGS, 0, 0, b"\0" * size).settings
    assert caught.value.code == frames.FRAME_SIZE_ERROR


@given(st.dictionaries(st.integers(1, 255), st.integers(0, 2**32 - 1), max_size=5))
def test_settings_are_read_and_written(told: dict[int, int]) -> None:
    theirs = SettingsFrame(0, told)
    assert frames.frame(frames.SETTINGS, 0, 0, frames.settings(told)) == theirs.serialize()
    assert dict(Frame(frames.SETTINGS, 0, 0, theirs.serialize_body()).settings) == told


@given(st.binary(max_size=70_000), st.integers(1, 2**31 - 1), st.booleans())
def test_frames_are_written(payload: bytes, stream: int, ends: bool) -> None:
    theirs = DataFrame(stream, payload, flags=["END_STREAM"] if ends else [])
    assert frames.frame(frames.DATA, ends * frames.END_STREAM, stream, payload) == theirs.serialize()


def test_a_farewell_is_two_numbers() -> None:
    theirs = GoAwayFrame(0, last_stream_id=7, error_code=frames.ENHANCE_YOUR_CALM)
    payload = frames.word(7) + frames.word(frames.ENHANCE_YOUR_CALM)
    assert frames.frame(frames.GOAWAY, 0, 0, payload) == theirs.serialize()
