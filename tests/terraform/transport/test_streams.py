"""Calls over one connection, as an h2 client makes them, and whatever else may come."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from h2 import events
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hpack import Encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_association.terraform.transport.streams import Streams
from tests.support.examples import examples
from tests.terraform.transport.client import CALLED, PATH, Client, Pair, message, raw, to

MEGABYTE = bytes(range(256)) * 4_096
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 8, 9
BLOCK = Encoder().encode(CALLED)


def _asked(pair: Pair) -> int:
    stream = pair.call(b"request")
    pair.pump()
    return stream


@pytest.mark.parametrize("seed", range(3))
def test_many_calls_are_answered_in_any_order(seed: int) -> None:
    pair = Pair()
    streams = [pair.call(b"%d" % number, to(f"/{number}")) for number in range(50)]
    pair.pump()
    assert pair.requests == [(one, f"/{at}", b"%d" % at) for at, one in enumerate(streams)]
    for one in random.Random(seed).sample(streams, len(streams)):
        pair.answer(one, b"to %d" % one)
    assert {one: pair.message(one) for one in streams} == {one: b"to %d" % one for one in streams}


@pytest.mark.parametrize("answer", [(), (b"one",), (b"one", b"", b"three" * 9_000)])
def test_a_stream_is_answered_by_any_number_of_messages(answer: tuple[bytes, ...]) -> None:
    pair = Pair()
    stream = _asked(pair)
    pair.answer(stream, *answer)
    assert pair.bodies.get(stream, b"") == b"".join(map(message, answer))
    assert stream in pair.ended


def _many_forms() -> bytes:
    """Calls in every form that they can have."""
    client = Client()
    client.call(b"plain")
    client.call(b"large" * 4_000)
    client.call(b"in frames", CALLED + [(f"x-{number}", chr(97 + number) * 6_000) for number in range(9)])
    trailed = client.call(b"with trailers", ends=False)
    client.call(b"between")
    client.h2.send_headers(trailed, [("x-trailer", "yes")], end_stream=True)
    padded = client.call(None, ends=False)
    client.h2.send_data(padded, message(b"padded"), pad_length=200, end_stream=True)
    weighed = client.h2.get_next_available_stream_id()
    client.h2.send_headers(weighed, CALLED, priority_weight=7, priority_depends_on=1)
    client.h2.send_data(weighed, message(b"weighed"), end_stream=True)
    client.h2.ping(b"12345678")
    return client.h2.data_to_send()


FORMS = _many_forms()


@given(st.lists(st.integers(0, len(FORMS)), max_size=40))
@settings(max_examples=examples(50))
def test_where_the_bytes_are_cut_changes_no_request(cuts: list[int]) -> None:
    pair, edges = Pair(), [0, *sorted(cuts), len(FORMS)]
    pair.ours = Streams(lambda _: True)
    for start, end in pairwise(edges):
        pair.take(FORMS[start:end])
    bodies = {1: b"plain", 3: b"large" * 4_000, 5: b"in frames", 9: b"between", 7: b"with trailers", 11: b"padded"}
    assert pair.requests == [*((stream, PATH, body) for stream, body in bodies.items()), (13, PATH, b"weighed")]


@pytest.mark.parametrize("body, ends", [(b"request", True), (None, True), (b"begun", False), (None, False)])
def test_a_path_that_nobody_knows_is_refused_at_once(body: bytes | None, ends: bool) -> None:
    pair = Pair(lambda path: path == PATH)
    refused = pair.call(body, to("/other"), ends)
    pair.pump()
    assert pair.refused(refused) == ("12", "this provider does not implement it")
    assert pair.resets() == ([(refused, ErrorCodes.NO_ERROR)] if not ends else [])
    known = _asked(pair)
    pair.answer(known, b"answer")
    assert [one.stream for one in pair.begun] == [known] and pair.message(known) == b"answer"


def test_a_call_is_answered_once() -> None:
    pair = Pair()
    stream = _asked(pair)
    pair.answer(stream, b"answer")
    pair.answer(stream, b"once more")
    pair.ours.refuse(pair.begun[0], 13, "once more")
    assert not pair.ours.fill() and pair.message(stream) == b"answer"


def test_a_ping_is_answered() -> None:
    pair = Pair()
    pair.h2.ping(b"12345678")
    pair.pump()
    assert [one.ping_data for one in pair.others if isinstance(one, events.PingAckReceived)] == [b"12345678"]


def test_a_farewell_ends_it() -> None:
    """The calls of who says it are answered no more, and end without a fault."""
    pair = Pair()
    _asked(pair)
    pair.h2.close_connection()
    pair.ours.receive(pair.h2.data_to_send())
    pair.ours.answer(pair.begun[0], MEGABYTE)
    assert pair.ours.over and not pair.ours.fill() and not pair.ours.answering


# Windows: h2 raises when one of its own is exceeded.


@pytest.mark.parametrize("window", [1_000, 16_384, 65_535, 2**31 - 1])
def test_a_large_answer_arrives_whole(window: int) -> None:
    pair = Pair(window=window)
    stream = _asked(pair)
    pair.answer(stream, MEGABYTE)
    assert pair.message(stream) == MEGABYTE


def test_a_large_request_arrives_whole() -> None:
    pair = Pair()
    for _ in range(3):
        stream = pair.call(MEGABYTE)
        pair.pump()
        assert pair.requests == [(stream, PATH, MEGABYTE)]
        pair.answer(stream, b"")
        pair.begun.clear()


def test_several_large_answers_at_once_arrive_whole() -> None:
    """They share the window of the connection, and a small one among them is not held up by the others."""
    pair = Pair(window=30_000)
    streams = [pair.call(b"request") for _ in range(6)]
    pair.pump()
    sent = {stream: bytes([stream]) * (300_000 if stream < 11 else 10) for stream in streams}
    for call in pair.begun:
        pair.ours.answer(call, sent[call.stream])
    pair.pump()
    assert {stream: pair.message(stream) for stream in streams} == sent and pair.ended[0] == 11


@pytest.mark.parametrize(
    "reason, window, sent",
    [
        ("the stream's window", 1_000, 1_000),
        ("the stream's window, of nothing", 0, 0),
        ("the connection's window", 2**31 - 1, 65_535),
    ],
)
def test_no_more_is_sent_than_a_window_lets_through(reason: str, window: int, sent: int) -> None:
    pair = Pair(window=window, reads=False)
    stream = _asked(pair)
    pair.answer(stream, MEGABYTE)
    assert len(pair.bodies.get(stream, b"")) == sent, reason
    assert pair.headers[stream] and not pair.ended and pair.ours.answering, "it has begun and goes on later"


STEPS = st.lists(
    st.tuples(st.sampled_from(["initial", "stream", "connection"]), st.integers(1, 3_000)), min_size=1, max_size=15
)


@given(STEPS, st.integers(0, 3_000))
@settings(max_examples=examples(60))
def test_windows_may_change_as_they_like(steps: list[tuple[str, int]], window: int) -> None:
    """Whatever is opened and shut while answers go, none exceeds a window, and all arrive whole in the end."""
    pair = Pair(window=window, reads=False)
    streams = [pair.call(b"request") for _ in range(3)]
    pair.pump()
    for stream in streams:
        pair.answer(stream, bytes([stream]) * 30_000)
    for at, (what, size) in enumerate(steps):
        stream = streams[at % 3]
        if what == "initial":
            pair.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: size})
        elif what == "connection" or stream not in pair.ended:
            pair.h2.increment_flow_control_window(size, stream if what == "stream" else None)
        pair.pump()
    pair.h2.increment_flow_control_window(2**20)
    for stream in streams:
        if stream not in pair.ended:
            pair.h2.increment_flow_control_window(2**20, stream)
    pair.pump()
    assert [pair.message(stream) for stream in streams] == [bytes([stream]) * 30_000 for stream in streams]


# Whatever comes


KINDS = st.builds(raw, st.integers(0, 11), st.integers(0, 255), st.integers(0, 9), st.binary(max_size=30))
SOUND = st.sampled_from(
    [
        raw(HEADERS, 4, 1, BLOCK),
        raw(HEADERS, 5, 1, BLOCK),
        raw(HEADERS, 4, 3, BLOCK),
        raw(HEADERS, 5, 3, Encoder().encode(to("/other"))),
        raw(HEADERS, 4, 5, Encoder().encode(to("/other"))),
        raw(DATA, 0, 1, message(b"begun") + b"?"),
        raw(DATA, 1, 1, message(b"")),
        raw(DATA, 1, 3, message(b"")),
        raw(DATA, 1, 5, b""),
        raw(RST_STREAM, 0, 1, b"\0\0\0\x08"),
        raw(RST_STREAM, 0, 3, b"\0\0\0\x08"),
        raw(WINDOW_UPDATE, 0, 0, b"\0\0\x80\0"),
        raw(WINDOW_UPDATE, 0, 1, b"\x7f\xff\xff\xff"),
        raw(SETTINGS, 0, 0, b"\0\4\0\0\0\1"),
        raw(SETTINGS, 0, 0, b"\0\4\x7f\xff\xff\xff"),
        raw(PING, 0, 0, b"12345678"),
    ]
)


@pytest.mark.long
@given(st.lists(st.lists(st.one_of(SOUND, SOUND, KINDS), max_size=4), max_size=6))
@settings(max_examples=examples(300))
def test_whatever_frames_come_nothing_is_raised(turns: list[list[bytes]]) -> None:
    """Calls are answered a turn after they came, so that they may have been given up; nothing is held in the end."""
    pair = Pair(lambda path: path == PATH)
    for frames in turns:
        answered = list(pair.begun)
        pair.take(b"".join(frames))
        for call in answered:
            pair.ours.answer(call, b"answer")
        pair.begun = [call for call in pair.begun if call not in answered]
        pair.ours.fill()
        if pair.ours.over:
            break
    for call in pair.begun:
        pair.ours.refuse(call, 13, "too late")
    unfinished = sum(len(call.body) for call in pair.ours._calls.values())
    assert pair.ours._held == unfinished


@given(st.binary(max_size=60), st.booleans())
def test_whatever_headers_hold_nothing_is_raised(block: bytes, trailers: bool) -> None:
    pair = Pair()
    before = raw(HEADERS, 4, 1, BLOCK) if trailers else b""
    pair.take(before + raw(HEADERS, 5, 1, block))


@pytest.mark.parametrize(
    "reason, data, code",
    [
        ("a frame too large", raw(DATA, 0, 1, size=2**24 - 1) + b"x" * 2**24, ErrorCodes.FRAME_SIZE_ERROR),
        ("a continuation of nothing", raw(CONTINUATION, 4, 3, BLOCK), ErrorCodes.PROTOCOL_ERROR),
        ("half a header", raw(HEADERS, 5, 3, BLOCK[:-1]), ErrorCodes.PROTOCOL_ERROR),
        ("a window opened too far", raw(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"), ErrorCodes.FLOW_CONTROL_ERROR),
    ],
)
def test_who_does_not_speak_http2_is_told(reason: str, data: bytes, code: ErrorCodes) -> None:
    pair = Pair()
    pair.take(data)
    assert pair.ours.over
    pair.hear(bytes(pair.ours.out))
    assert pair.gone() == [code], reason


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", raw(SETTINGS, 0, 0)])
def test_who_speaks_another_protocol(data: bytes) -> None:
    """h2 has no farewell for them."""
    ours = Streams(lambda _: True)
    ours.receive(data)
    assert ours.over
