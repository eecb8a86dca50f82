"""The transport on a socket: calls at once, clients that come and go, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event

import pytest

from mfa_association.terraform.transport.loop import MessageHandler
from tests.terraform.transport.client import PATH, Dialled, dial, to
from tests.terraform.transport.served import Calls, Served, served

METHOD = PATH.rpartition("/")[2].encode()
DEFECT = "{}%2C which is a defect of mfa-association%3B TF_LOG%3DERROR shows where it is"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture
def calls() -> Iterator[Calls]:
    """In the end every call may end, so that a failure is no standstill."""
    made = Calls()
    yield made
    made.may_end.set()


def _slow(client: Dialled, calls: Calls) -> int:
    """A call that is under way."""
    stream = client.call(b"slow")
    client.flush()
    assert calls.begun.wait(30)
    return stream


def test_calls_are_answered_one_after_another_and_on_several_connections(calls: Calls) -> None:
    with served(calls.load) as running:
        one, other = Dialled(running.path), Dialled(running.path)
        for number in range(5):
            assert one.asked(b"%d" % number) == METHOD + b":%d" % number
            assert other.asked(b"", to("/tfplugin6.Provider/Other")) == b"Other:"


def test_many_calls_at_once_each_get_their_own_answer(calls: Calls) -> None:
    with served(calls.load) as running:
        client = Dialled(running.path)
        streams = {client.call(b"%d" % number): number for number in range(90)}
        for stream in streams:
            client.wait(stream)
        answers = {client.message(stream): number for stream, number in streams.items()}
        assert answers == {METHOD + b":%d" % number: number for number in range(90)}


def test_large_requests_and_answers(calls: Calls) -> None:
    with served(calls.load) as running:
        client, request = Dialled(running.path), bytes(range(256)) * 8_192
        assert client.asked(request) == METHOD + b":" + request


@pytest.mark.parametrize("same", [True, False])
def test_a_slow_call_holds_up_no_quick_one(calls: Calls, same: bool) -> None:
    with served(calls.load) as running:
        client = Dialled(running.path)
        slow = _slow(client, calls)
        quick = client if same else Dialled(running.path)
        assert quick.asked(b"quick") == METHOD + b":quick"
        assert slow not in client.ended
        calls.may_end.set()
        client.wait(slow)
        assert client.message(slow) == METHOD + b":slow"


def test_calls_wait_for_what_answers_them() -> None:
    """It is loaded while the engine connects, and calls."""
    loaded = Event()

    def load() -> MessageHandler:
        assert loaded.wait(30)
        return lambda method, request: b"answer"

    with served(load) as running:
        client = Dialled(running.path)
        stream = client.call(b"request")
        client.h2.ping(b"12345678")
        while not client.others or not any("Ping" in type(one).__name__ for one in client.others):
            client.flush()
            client.hear(client.socket.recv(65_536))
        assert stream not in client.ended
        loaded.set()
        client.wait(stream)
        assert client.message(stream) == b"answer"


# Faults


def _raises(fault: Exception) -> Callable[[], MessageHandler]:
    def answer(method: str, request: bytes) -> bytes:
        if request == b"fine":
            return b"answer"
        raise fault

    return lambda: answer


@pytest.mark.parametrize(
    "reason, fault, status, text",
    [
        ("a call that is not known", NotImplementedError("x"), "12", "this provider does not implement it"),
        ("a defect, of whose text nothing is told", ValueError("secret"), "13", DEFECT.format("ValueError")),
    ],
)
def test_a_call_that_fails_is_refused_and_others_go_on(
    reason: str, fault: Exception, status: str, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(_raises(fault)) as running:
        client = Dialled(running.path)
        stream = client.call(b"request")
        client.wait(stream)
        assert client.refused(stream) == (status, text), reason
        assert client.asked(b"fine") == b"answer"
    logged = capfd.readouterr().err
    assert ("a defect" in logged) == (status == "13") and "secret" not in logged


def test_what_cannot_be_loaded_refuses_every_call() -> None:
    def load() -> MessageHandler:
        raise ImportError("x")

    with served(load) as running:
        for _ in range(2):
            client = Dialled(running.path)
            stream = client.call(b"request")
            client.wait(stream)
            assert client.refused(stream) == ("13", DEFECT.format("ImportError"))


@pytest.mark.parametrize("body", [None, b"\0\0", b"\1\0\0\0\1x", b"\0\0\0\0\2x"])
def test_a_request_that_is_no_message(calls: Calls, body: bytes | None) -> None:
    with served(calls.load) as running:
        client = Dialled(running.path)
        stream = client.call(None, ends=body is None)
        if body is not None:
            client.h2.send_data(stream, body, end_stream=True)
        client.wait(stream)
        assert client.refused(stream)[0] == "13"
        assert client.asked(b"quick") == METHOD + b":quick"


def test_what_is_not_a_providers_is_refused(calls: Calls) -> None:
    with served(calls.load) as running:
        client = Dialled(running.path)
        stream = client.call(b"request", to("/plugin.GRPCBroker/StartStream"), ends=False)
        client.wait(stream)
        assert client.refused(stream)[0] == "12"


def _talk(running: Served, data: bytes) -> Callable[[], None]:
    """Send bytes and stay; what is returned hangs up."""
    client = dial(running.path)
    client.sendall(data)
    return client.close


@pytest.mark.parametrize(
    "reason, data",
    [
        ("nothing", b""),
        ("garbage", b"GET / HTTP/1.1\r\n\r\n" * 10_000),
        ("a part of the preface", PREFACE[:7]),
        ("a part of a frame", PREFACE + b"\0\0"),
        ("garbage after the preface", PREFACE + b"\xff" * 100),
    ],
)
def test_who_says_nothing_or_nonsense_disturbs_nobody(calls: Calls, reason: str, data: bytes) -> None:
    with served(calls.load) as running:
        client = Dialled(running.path)
        client.asked(b"before")
        with suppress(OSError):  # it may have been cut off in mid-sentence
            hang_up = _talk(running, data)
        assert client.asked(b"while") == METHOD + b":while", reason
        hang_up()
        assert client.asked(b"after") == Dialled(running.path).asked(b"after") == METHOD + b":after"


def test_who_does_not_speak_http2_is_hung_up_on(calls: Calls) -> None:
    with served(calls.load) as running:
        client = dial(running.path)
        client.sendall(PREFACE + b"\0\0\0\x09\4\0\0\0\1")
        heard = b""
        while data := client.recv(65_536):
            heard += data
        assert heard.endswith(b"\0\0\x08\7\0\0\0\0\0" + b"\0\0\0\0" + b"\0\0\0\1"), "told why"


def test_who_hangs_up_in_mid_call_disturbs_nobody(calls: Calls) -> None:
    """Neither then nor when the call has ended."""
    with served(calls.load) as running:
        gone, client = Dialled(running.path), Dialled(running.path)
        _slow(gone, calls)
        gone.socket.close()
        assert client.asked(b"while") == METHOD + b":while"
        calls.may_end.set()
        assert client.asked(b"after") == METHOD + b":after"


def test_a_full_socket_waits_for_its_reader_alone() -> None:
    large = Calls(size=3_000_000)
    with served(large.load) as running:
        lazy, client = Dialled(running.path, window=2**31 - 1), Dialled(running.path)
        lazy.h2.increment_flow_control_window(2**30)
        stream = lazy.call(b"request")
        lazy.flush()
        assert len(client.asked(b"while")) == len(METHOD) + 6 + large.size
        lazy.wait(stream)
        assert len(lazy.message(stream)) == len(METHOD) + 8 + large.size
