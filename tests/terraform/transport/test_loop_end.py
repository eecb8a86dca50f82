"""How serving ends: by the engine's Shutdown, by ``stop``, or because nobody wants it any more."""

from __future__ import annotations

from threading import Event

import pytest

from mfa_association.terraform.transport import loop
from mfa_association.terraform.transport.loop import SHUTDOWN
from tests.terraform.transport.client import PATH, Dialled, dial, to
from tests.terraform.transport.served import Calls, served

METHOD = PATH.rpartition("/")[2].encode()


def test_shutdown_is_answered_and_ends_it() -> None:
    with served(Calls().load) as running:
        client = Dialled(running.path)
        assert client.asked(b"", to(SHUTDOWN)) == b""
        running.serving.result(30)


def test_stop_ends_it_whoever_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that never says anything is waited for as little as one that does nothing now, and no tick is either."""
    monkeypatch.setattr(loop, "_TICK", 60.0)
    with served(Calls().load) as running:
        silent, idle = dial(running.path), Dialled(running.path)
        idle.asked(b"request")
        running.transport.stop()
        running.serving.result(30)
        silent.close()


def test_stop_before_it_began_ends_it_as_well() -> None:
    with served(Calls().load) as running:
        running.transport.stop()
        running.transport.stop()
        running.serving.result(30)


@pytest.mark.parametrize("by_engine", [True, False])
def test_a_call_under_way_ends_and_then_serving_does(by_engine: bool) -> None:
    calls = Calls()
    with served(calls.load) as running:
        client = Dialled(running.path)
        stream = client.call(b"slow")
        client.flush()
        assert calls.begun.wait(30)
        if by_engine:
            Dialled(running.path).asked(b"", to(SHUTDOWN))
        else:
            running.transport.stop()
        assert not running.serving.done()
        calls.may_end.set()
        client.wait(stream)
        assert client.message(stream) == METHOD + b":slow"
        running.serving.result(30)


@pytest.mark.parametrize("window", [65_535, 2**31 - 1])
def test_an_answer_larger_than_windows_or_sockets_is_sent_to_its_end(window: int) -> None:
    calls = Calls(size=3_000_000)
    with served(calls.load) as running:
        client = Dialled(running.path, window=window)
        if window > 65_535:
            client.h2.increment_flow_control_window(2**30)
        stream = client.call(b"slow")
        client.flush()
        assert calls.begun.wait(30)
        running.transport.stop()
        calls.may_end.set()
        client.wait(stream)
        assert len(client.message(stream)) == len(METHOD) + 5 + calls.size


@pytest.mark.parametrize("window", [65_535, 2**31 - 1])
def test_who_does_not_read_cannot_keep_it_alive(monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    monkeypatch.setattr(loop, "_PATIENCE", 0.01)
    monkeypatch.setattr(loop, "_TICK", 0.01)
    with served(Calls(size=3_000_000).load) as running:
        lazy = Dialled(running.path, window=window)
        lazy.h2.increment_flow_control_window(2**30)
        lazy.call(b"request")
        lazy.flush()
        Dialled(running.path).asked(b"other")
        running.transport.stop()
        running.serving.result(30)


def test_who_hung_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_PATIENCE", 3_600.0)
    calls = Calls(size=3_000_000)
    with served(calls.load) as running:
        gone = Dialled(running.path)
        gone.call(b"slow")
        gone.flush()
        assert calls.begun.wait(30)
        running.transport.stop()
        gone.socket.close()
        calls.may_end.set()
        running.serving.result(30)


def test_it_ends_when_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nothing happens that would wake it: an engine that was killed says nothing."""
    monkeypatch.setattr(loop, "_TICK", 0.01)
    unwanted, looked = Event(), Event()

    def wanted() -> bool:
        looked.set()
        return not unwanted.is_set()

    with served(Calls().load, wanted=wanted) as running:
        assert looked.wait(30) and not running.serving.done()
        unwanted.set()
        running.serving.result(30)
