"""What a peer can make the provider hold or do is bounded, whatever it sends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from h2.errors import ErrorCodes

from mfa_association.aws.settings import MOST_AT_ONCE
from mfa_association.terraform.transport import streams
from mfa_association.terraform.transport.loop import MessageHandler
from tests.terraform.transport.client import PATH, Client, Dialled, Pair, raw, to
from tests.terraform.transport.served import Calls, Served, served

METHOD = PATH.rpartition("/")[2].encode()
PING, AT_ONCE = 6, 100


def test_who_opens_too_many_streams_is_hung_up_on() -> None:
    pair = Pair()
    assert pair.h2.remote_settings.max_concurrent_streams == AT_ONCE
    for _ in range(AT_ONCE):
        pair.call(b"begun", ends=False)
    pair.pump()
    assert not pair.ours.over
    other = Client()
    for _ in range(AT_ONCE + 1):
        other.call(b"", ends=False)
    late = other.h2.data_to_send()
    pair.ours = streams.Streams(lambda _: True)
    pair.ours.receive(late)
    assert pair.ours.over and pair.ours.fill()
    assert pair.ours.out.endswith(raw(7, 0, 0, b"\0\0\0\xc7" + b"\0\0\0\1")), "after the last that it took"


@pytest.mark.parametrize("size, resets", [(100_000, 0), (300_000, 1)])
def test_a_request_that_is_too_large_is_refused_and_frees_what_it_held(
    monkeypatch: pytest.MonkeyPatch, size: int, resets: int
) -> None:
    """At once, though the peer may still be sending it."""
    monkeypatch.setattr(streams, "MOST_HELD", 100_000)
    pair = Pair()
    for _ in range(3):
        stream = pair.call(b"x" * size)
        pair.pump()
        assert pair.refused(stream) == ("8", "requests of more than 100000 bytes at once")
        assert pair.resets().count((stream, ErrorCodes.NO_ERROR)) == resets
    stream = pair.call(b"x" * 90_000)
    pair.pump()
    pair.answer(stream, b"answer")
    assert pair.message(stream) == b"answer" and [one.stream for one in pair.begun] == [stream]


def test_requests_at_once_share_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are unfinished, those that wait and those that are answered right now; who gives one up frees it."""
    monkeypatch.setattr(streams, "MOST_HELD", 100_000)
    pair = Pair()
    begun = pair.call(b"x" * 30_000)
    unfinished, given_up = (pair.call(b"x" * 30_000, ends=False) for _ in range(2))
    pair.pump()
    refused = pair.call(b"x" * 30_000)
    pair.pump()
    assert pair.refused(refused)[0] == "8"
    pair.h2.reset_stream(given_up)
    pair.h2.end_stream(unfinished)
    last = pair.call(b"x" * 30_000)
    pair.pump()
    for stream in (begun, unfinished, last):
        pair.answer(stream, b"answer")
        assert pair.message(stream) == b"answer"


def test_no_call_is_begun_for_who_takes_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_HELD", 100_000)
    pair = Pair(window=10, reads=False)
    first, second = pair.call(b"one"), pair.call(b"two")
    pair.pump()
    pair.answer(first, b"x" * 50_000)
    pair.answer(second, b"x" * 60_000)
    third = pair.call(b"three")
    pair.pump()
    assert [one.stream for one in pair.begun] == [first, second]
    pair.h2.increment_flow_control_window(100_000, first)
    pair.pump()
    pair.take(b"")
    assert [one.stream for one in pair.begun] == [first, second, third]


class Slow:
    """Answers as ``Calls`` does, says when every thread has a slow call, and knows what came."""

    def __init__(self) -> None:
        self.calls, self.seen, self.all_begun = Calls(), list[bytes](), Event()

    def load(self) -> MessageHandler:
        """What the transport asks for."""
        return self.answer

    def answer(self, method: str, request: bytes) -> bytes:
        """Answer one call."""
        self.seen.append(request)
        if self.seen.count(b"slow") == MOST_AT_ONCE:
            self.all_begun.set()
        return self.calls.answer(method, request)


@contextmanager
def busy() -> Iterator[tuple[Slow, Served, Dialled]]:
    """A transport whose threads all answer slow calls of one client."""
    calls = Slow()
    with served(calls.load) as running:
        client = Dialled(running.path)
        slow = [client.call(b"slow") for _ in range(MOST_AT_ONCE)]
        client.flush()
        assert calls.all_begun.wait(30)
        try:
            yield calls, running, client
        finally:
            calls.calls.may_end.set()
        for stream in slow:
            client.wait(stream)


def _heard(client: Dialled) -> None:
    """Until the server has taken all that was sent."""
    client.h2.ping(b"12345678")
    while not any("PingAck" in type(one).__name__ for one in client.others):
        client.flush()
        client.hear(client.socket.recv(65_536))


def test_calls_that_wait_and_are_given_up_are_never_begun() -> None:
    with busy() as (calls, _, client):
        for _ in range(300):
            given_up = client.call(b"given up")
            client.h2.reset_stream(given_up)
        wanted = client.call(b"wanted")
        _heard(client)
        calls.calls.may_end.set()
        client.wait(wanted)
        assert client.message(wanted) == METHOD + b":wanted"
    assert b"given up" not in calls.seen


def test_calls_that_wait_go_with_who_hangs_up() -> None:
    with busy() as (calls, running, client):
        gone = Dialled(running.path)
        for _ in range(20):
            gone.call(b"of nobody")
        _heard(gone)
        gone.socket.close()
        _heard(client)
        calls.calls.may_end.set()
        assert client.asked(b"after") == METHOD + b":after"
    assert b"of nobody" not in calls.seen


def test_peers_that_wait_take_turns() -> None:
    with busy() as (calls, running, _):
        eager, other = Dialled(running.path), Dialled(running.path)
        many = [eager.call(b"eager") for _ in range(90)]
        _heard(eager)
        one = other.call(b"other")
        _heard(other)
        calls.calls.may_end.set()
        other.wait(one)
        for stream in many:
            eager.wait(stream)
    # It is among the next to be begun; in which order their threads run is not ours.
    assert calls.seen.index(b"other") < 2 * MOST_AT_ONCE


@pytest.mark.long
def test_who_reads_nothing_is_read_no_further() -> None:
    """Pings, each of which has to be answered: at some point nothing takes them any more, and others are served."""
    with served(Calls().load) as running:
        lazy, client = Dialled(running.path), Dialled(running.path)
        pings = raw(PING, 0, 0, b"12345678") * 10_000
        lazy.flush()
        lazy.socket.settimeout(1)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 10_000_000:
                sent += lazy.socket.send(pings)
        assert client.asked(b"while") == METHOD + b":while"
        lazy.socket.setblocking(False)
        heard = 0
        while heard < sent - sent % 17:
            try:
                heard += len(lazy.socket.recv(1_000_000))
            except BlockingIOError:
                lazy.socket.settimeout(30)
        assert client.asked(b"after") == METHOD + b":after", "and once it reads, it is answered"
        lazy.socket.shutdown(socket.SHUT_RDWR)


def test_no_text_of_the_peers_comes_back() -> None:
    """It chooses how large our table of headers is, and each text that was sent stays there."""
    pair = Pair(lambda path: path == PATH)
    refused = [pair.call(b"", to(f"/{number}")) for number in range(5)]
    pair.pump()
    assert len({pair.refused(stream) for stream in refused}) == 1
