"""Flow control: answers and requests larger than windows. h2 raises when a window of its own is exceeded."""

from __future__ import annotations

import pytest
from h2.settings import SettingCodes
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_association.terraform.transport import frames, http2
from mfa_association.terraform.transport.http2 import Connection
from tests.terraform.transport.client import LARGEST, Pair, raw

MEGABYTE = bytes(range(256)) * 4_096


def _asked(pair: Pair) -> int:
    stream = pair.call(b"request")
    pair.pump()
    return stream


@pytest.mark.parametrize("window", [1_000, LARGEST, 65_535, 2**31 - 1])
def test_a_large_answer_arrives_whole(window: int) -> None:
    pair = Pair(window=window)
    stream = _asked(pair)
    pair.answer(stream, MEGABYTE)
    assert pair.message(stream) == MEGABYTE


def test_several_large_answers_at_once_arrive_whole() -> None:
    """They share the window of the connection, and a small one among them is not held up for ever."""
    pair = Pair(window=30_000)
    streams = [pair.call(b"request") for _ in range(6)]
    pair.pump()
    sent = {stream: bytes([stream]) * (300_000 if stream > 1 else 10) for stream in streams}
    for stream, content in sent.items():
        pair.ours.answer(stream, content)
    pair.pump()
    assert {stream: pair.message(stream) for stream in streams} == sent


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


def test_each_window_goes_on_by_itself() -> None:
    """The stream's alone or the connection's alone opens nothing."""
    pair = Pair(window=65_535, reads=False)
    stream = _asked(pair)
    pair.answer(stream, MEGABYTE)
    pair.h2.increment_flow_control_window(50, stream)
    pair.pump()
    assert len(pair.bodies[stream]) == 65_535
    pair.h2.increment_flow_control_window(20)
    pair.pump()
    assert len(pair.bodies[stream]) == 65_555
    pair.h2.increment_flow_control_window(2**20)
    pair.pump()
    assert len(pair.bodies[stream]) == 65_585
    pair.h2.increment_flow_control_window(2**20, stream)
    pair.pump()
    assert pair.message(stream) == MEGABYTE and not pair.ours.answering


def test_an_answer_that_fits_exactly_ends() -> None:
    pair = Pair(window=105, reads=False)
    stream = _asked(pair)
    pair.answer(stream, b"x" * 100)
    assert pair.message(stream) == b"x" * 100


def test_the_window_of_streams_to_come_is_the_changed_one() -> None:
    pair = Pair(window=1_000, reads=False)
    pair.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 40})
    stream = _asked(pair)
    pair.answer(stream, b"x" * 100)
    assert len(pair.bodies[stream]) == 40


def test_a_window_that_was_made_negative_has_to_be_opened_beyond_nothing() -> None:
    pair = Pair(window=1_000, reads=False)
    stream = _asked(pair)
    pair.answer(stream, b"x" * 5_000)
    pair.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 400})
    pair.pump()
    pair.h2.increment_flow_control_window(600, stream)
    pair.pump()
    assert len(pair.bodies[stream]) == 1_000, "-600 and 600 are nothing"
    pair.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 401})
    pair.pump()
    assert len(pair.bodies[stream]) == 1_001, "settings alone may let it go on"


STEPS = st.lists(
    st.tuples(st.sampled_from(["initial", "stream", "connection"]), st.integers(1, 3_000)), min_size=1, max_size=15
)


@given(STEPS, st.integers(0, 3_000))
@settings(max_examples=60, deadline=None)
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


def test_a_call_that_was_given_up_frees_the_others() -> None:
    pair = Pair(window=1_000, reads=False)
    given_up, other = pair.call(b"one"), pair.call(b"two")
    pair.pump()
    pair.answer(given_up, MEGABYTE)
    pair.h2.reset_stream(given_up)
    pair.answer(other, b"answer")
    assert pair.message(other) == b"answer" and not pair.ours.answering
    pair.send(raw(frames.WINDOW_UPDATE, 0, given_up, frames.word(100)))
    assert len(pair.bodies[given_up]) == 1_000


def test_a_request_may_be_as_large_as_windows_can_be() -> None:
    pair = Pair()
    assert pair.h2.outbound_flow_control_window == 2**31 - 1
    stream = pair.call(None, ends=False)
    assert pair.h2.local_flow_control_window(stream) == 2**31 - 1


@pytest.mark.parametrize("padding, count", [(None, 51), (200, 42)])
def test_what_came_is_given_back(monkeypatch: pytest.MonkeyPatch, padding: int | None, count: int) -> None:
    """Once it is more than half of the window, of which padding takes its part."""
    monkeypatch.setattr(http2, "WIDEST", 100_000)
    pair = Pair()
    stream, size = pair.call(None, ends=False), 1_000 + (padding + 1 if padding else 0)
    for _ in range(count - 1):
        pair.h2.send_data(stream, b"x" * 1_000, pad_length=padding)
    pair.pump()
    assert pair.h2.outbound_flow_control_window == 100_000 - (count - 1) * size
    pair.h2.send_data(stream, b"x" * 1_000, pad_length=padding)
    pair.pump()
    assert pair.h2.outbound_flow_control_window == 100_000


def test_many_requests_are_more_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "WIDEST", 100_000)
    pair = Pair()
    for _ in range(30):
        stream = pair.call(b"x" * 40_000)
        pair.pump()
        pair.answer(stream, b"")
    assert len(pair.requests) == 30
    assert 50_000 <= pair.h2.outbound_flow_control_window <= 100_000


def test_what_is_sent_to_nobody_is_given_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2, "WIDEST", 100_000)
    ours = Connection(lambda _: True)
    ours.out.clear()
    list(ours.receive(frames.PREFACE + 4 * raw(frames.DATA, 0, 1, b"x" * 16_000)))
    assert bytes(ours.out) == raw(frames.WINDOW_UPDATE, 0, 0, (64_000).to_bytes(4, "big"))
