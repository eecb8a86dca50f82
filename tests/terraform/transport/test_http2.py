"""Calls over one connection, as h2 makes them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from h2 import events
from h2.settings import SettingCodes
from hpack import Decoder, Encoder, HeaderTuple
from hyperframe.frame import DataFrame, HeadersFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_association.terraform.transport import frames, http2
from mfa_association.terraform.transport.frames import Frames
from mfa_association.terraform.transport.http2 import Connection, Request
from tests.terraform.transport.client import CALLED, PATH, Client, Pair, message, raw, to

LARGE = [(f"x-{number}", chr(97 + number) * 6_000) for number in range(9)]
"""Headers that go in several frames, yet no more of them than a block may hold."""


def test_one_call() -> None:
    pair = Pair()
    stream = pair.call(b"request")
    pair.pump()
    assert pair.requests == [Request(stream, PATH, message(b"request"))]
    pair.answer(stream, b"answer")
    assert pair.message(stream) == b"answer"


@pytest.mark.parametrize("seed", range(3))
def test_many_calls_are_answered_in_any_order(seed: int) -> None:
    pair = Pair()
    streams = [pair.call(b"%d" % number, to(f"/{number}")) for number in range(50)]
    pair.pump()
    assert pair.requests == [Request(one, f"/{at}", message(b"%d" % at)) for at, one in enumerate(streams)]
    for one in random.Random(seed).sample(streams, len(streams)):
        pair.answer(one, b"to %d" % one)
    assert {one: pair.message(one) for one in streams} == {one: b"to %d" % one for one in streams}


def test_requests_that_come_in_turns_are_told_apart() -> None:
    pair = Pair()
    streams = [pair.call(None, to(f"/{number}"), ends=False) for number in range(3)]
    for part in (b"a", b"b", b"c"):
        for one in streams:
            pair.h2.send_data(one, part * one)
    for one in reversed(streams):
        pair.pump()
        pair.h2.end_stream(one)
    pair.pump()
    expected = [Request(one, f"/{at}", b"a" * one + b"b" * one + b"c" * one) for at, one in enumerate(streams)]
    assert pair.requests == expected[::-1]


def _many_forms() -> bytes:
    """Calls in every form that they can have."""
    client = Client()
    client.call(b"plain")
    client.call(b"large" * 4_000)
    client.call(b"in frames", CALLED + LARGE)
    trailed = client.call(b"with trailers", ends=False)
    client.call(b"between")
    client.h2.send_headers(trailed, [("x-trailer", "yes")], end_stream=True)
    padded = client.call(None, ends=False)
    client.h2.send_data(padded, message(b"padded"), pad_length=200, end_stream=True)
    weighed = client.h2.get_next_available_stream_id()
    client.h2.send_headers(weighed, CALLED, end_stream=True, priority_weight=7, priority_depends_on=1)
    client.h2.ping(b"12345678")
    return client.h2.data_to_send()


FORMS = _many_forms()


@given(st.lists(st.integers(0, len(FORMS)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_where_the_bytes_are_cut_changes_no_request(cuts: list[int]) -> None:
    ours, edges = Connection(lambda _: True), [0, *sorted(cuts), len(FORMS)]
    seen = [one for start, end in pairwise(edges) for one in ours.receive(FORMS[start:end])]
    bodies = {1: b"plain", 3: b"large" * 4_000, 5: b"in frames", 9: b"between", 7: b"with trailers", 11: b"padded"}
    expected = [Request(stream, PATH, message(body)) for stream, body in bodies.items()]
    assert seen == [*expected, Request(13, PATH, b"")]


def _block(headers: list[tuple[str, str]] = CALLED) -> bytes:
    """Headers by hand."""
    return Encoder().encode(headers)


@pytest.mark.parametrize(
    "reason, data, body",
    [
        ("headers alone", raw(frames.HEADERS, 5, 1, _block()), b""),
        ("an empty frame ends it", raw(frames.HEADERS, 4, 1, _block()) + raw(frames.DATA, 1, 1), b""),
        (
            "padding and priority",
            HeadersFrame(1, _block(), flags=["PADDED", "PRIORITY", "END_HEADERS"], pad_length=9).serialize()
            + DataFrame(1, b"body", flags=["PADDED", "END_STREAM"], pad_length=255).serialize(),
            b"body",
        ),
        (
            "a block in three frames",
            raw(frames.HEADERS, 1, 1, _block()[:3])
            + raw(frames.CONTINUATION, 0, 1, _block()[3:9])
            + raw(frames.CONTINUATION, 4, 1, _block()[9:]),
            b"",
        ),
        (
            "it ends twice, and goes on",
            raw(frames.HEADERS, 4, 1, _block()) + raw(frames.DATA, 1, 1, b"body") + raw(frames.DATA, 1, 1, b"more"),
            b"body",
        ),
        ("it ends with its headers, and again", raw(frames.HEADERS, 5, 1, _block()) + raw(frames.DATA, 1, 1), b""),
        (
            "trailers twice",
            raw(frames.HEADERS, 4, 1, _block()) + 2 * raw(frames.HEADERS, 5, 1, _block([("x-trailer", "yes")])),
            b"",
        ),
        ("a kind to come", raw(0xEE, 0xFF, 1, b"??") + raw(frames.HEADERS, 5, 1, _block()) + raw(0xEE, 1, 1), b""),
        ("a priority", raw(frames.PRIORITY, 0, 1, b"\0\0\0\0\1") + raw(frames.HEADERS, 5, 1, _block()), b""),
        ("data of nobody", raw(frames.DATA, 1, 1, b"?") + raw(frames.HEADERS, 5, 1, _block()), b""),
    ],
)
def test_a_request_is_seen_once_in_every_form(reason: str, data: bytes, body: bytes) -> None:
    pair = Pair()
    pair.send(data)
    assert pair.requests == [Request(1, PATH, body)], reason


def test_a_request_is_answered_once() -> None:
    pair = Pair()
    stream = pair.call(b"request")
    pair.pump()
    pair.answer(stream, b"answer")
    pair.ours.answer(stream, b"once more")
    pair.ours.refuse(stream, 13, "once more")
    assert not pair.ours.out


def test_the_same_bytes_mean_another_path_once_the_table_has_changed() -> None:
    newest = b"\xbe"
    pair = Pair()
    for stream, block in enumerate([_path("/one"), newest, newest, _path("/two"), newest, _path("/three"), newest]):
        pair.send(raw(frames.HEADERS, 5, 2 * stream + 1, block))
    paths = [one.path for one in pair.requests]
    assert paths == ["/one", "/one", "/one", "/two", "/two", "/three", "/three"]


def test_the_same_bytes_mean_another_path_after_trailers_too() -> None:
    pair = Pair()
    pair.send(raw(frames.HEADERS, 4, 1, _path("/one")))
    pair.send(raw(frames.HEADERS, 5, 3, b"\xbe"))
    pair.send(raw(frames.HEADERS, 5, 1, _path("/two")))
    pair.send(raw(frames.HEADERS, 5, 5, b"\xbe"))
    assert [one.path for one in pair.requests] == ["/one", "/one", "/two"]


def _path(name: str) -> bytes:
    """A header that goes into the peer's table."""
    return b"\x44" + bytes([len(name)]) + name.encode()


def test_headers_that_only_point_into_the_tables_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    class Counting(Decoder):
        def decode(self, data: bytes, raw: bool = False) -> list[HeaderTuple]:
            read.append(data)
            return list(super().decode(data, raw))

    monkeypatch.setattr(http2, "Decoder", Counting)
    pair = Pair()
    for _ in range(20):
        pair.call()
        pair.pump()
    assert {one.path for one in pair.requests} == {PATH} and len(pair.requests) == 20
    assert len(read) == 2, "with its table filled, and then pointing into it"


@pytest.mark.parametrize("body, ends", [(b"request", True), (None, True), (b"begun", False), (None, False)])
def test_a_path_that_nobody_knows_is_refused_at_once(body: bytes | None, ends: bool) -> None:
    pair = Pair(lambda path: path == PATH)
    refused = pair.call(body, to("/other"), ends)
    pair.pump()
    assert pair.refused(refused) == ("12", "%2Fother is not implemented")
    assert pair.resets() == ([(refused, frames.NO_ERROR)] if not ends else [])
    known = pair.call(b"request")
    pair.pump()
    pair.answer(known, b"answer")
    assert [one.stream for one in pair.requests] == [known] and pair.message(known) == b"answer"


def test_a_path_that_is_no_text_and_none_at_all_are_refused() -> None:
    """Nothing is raised; h2 does not know these calls, so their answers are read by hand."""
    ours = Connection(lambda path: path == PATH)
    ours.out.clear()
    sent = raw(frames.HEADERS, 5, 1, b"\x04\2/\xff") + raw(frames.HEADERS, 5, 3, b"\x83") + raw(frames.HEADERS, 5, 5)
    assert not list(ours.receive(frames.PREFACE + sent))
    answers = Frames().feed(frames.PREFACE + bytes(ours.out))
    texts = [(one.stream, str(list(Decoder().decode(one.payload))[-1][1])) for one in answers]
    assert texts == [(1, "%2F%EF%BF%BD is not implemented"), (3, " is not implemented"), (5, " is not implemented")]


def test_a_ping_is_answered_and_an_answer_is_not() -> None:
    pair = Pair()
    pair.h2.ping(b"12345678")
    pair.pump()
    pair.send(raw(frames.PING, frames.ACK, 0, b"87654321"))
    assert [one.ping_data for one in pair.others if isinstance(one, events.PingAckReceived)] == [b"12345678"]


def test_settings_are_acknowledged_once_each() -> None:
    pair = Pair()
    pair.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 7, SettingCodes.ENABLE_PUSH: 0})
    pair.pump()
    acknowledged = [one for one in pair.others if isinstance(one, events.SettingsAcknowledged)]
    assert len(acknowledged) == 2 and SettingCodes.INITIAL_WINDOW_SIZE in acknowledged[1].changed_settings


def test_a_call_that_was_given_up_is_not_answered() -> None:
    pair = Pair()
    given_up, other = pair.call(b"one"), pair.call(b"two")
    pair.pump()
    pair.h2.reset_stream(given_up)
    pair.pump()
    pair.ours.answer(given_up, b"too late")
    pair.ours.refuse(given_up, 13, "too late")
    assert not pair.ours.out
    pair.answer(other, b"answer")
    assert pair.message(other) == b"answer"
