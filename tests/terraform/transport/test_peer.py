"""Peers behind TLS: who is slow in its handshake keeps nobody waiting, and is not asked all the time."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.terraform.certificate import self_signed
from mfa_association.terraform.tls import server_context
from mfa_association.terraform.transport.peer import Peer
from tests.terraform.transport.client import PATH, Dialled, dial
from tests.terraform.transport.served import Calls, served

METHOD = PATH.rpartition("/")[2].encode()
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    """The server's and the engine's, which trust each other."""
    folder: Path = tmp_path_factory.mktemp("keys")
    der, pem = self_signed()
    ours, shown = server_context(ssl.DER_cert_to_PEM_cert(der), folder)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.load_verify_locations(cadata=base64.b64decode(shown + "=" * (-len(shown) % 4)))
    (folder / "engine.pem").write_bytes(pem)
    theirs.load_cert_chain(folder / "engine.pem")
    return ours, theirs


def _hello(context: ssl.SSLContext) -> bytes:
    """How a client begins."""
    out = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
    return out.read()


@pytest.mark.parametrize("reason", ["no word", "half a greeting", "a greeting", "no TLS"])
def test_a_handshake_that_never_ends_keeps_nobody_waiting(contexts: Contexts, reason: str) -> None:
    ours, theirs = contexts
    hello = _hello(theirs)
    said = {"no word": b"", "half a greeting": hello[: len(hello) // 2], "a greeting": hello, "no TLS": b"GET / \r\n"}
    with served(Calls().load, ours) as running:
        stuck = dial(running.path)
        stuck.sendall(said[reason])
        assert Dialled(running.path, theirs).asked(b"request") == METHOD + b":request"
        running.transport.stop()
        running.serving.result(30)
        stuck.close()


def test_large_answers_behind_tls(contexts: Contexts) -> None:
    ours, theirs = contexts
    with served(Calls(size=2_000_000).load, ours) as running:
        client = Dialled(running.path, theirs, window=2**31 - 1)
        client.h2.increment_flow_control_window(2**30)
        assert len(client.asked(b"request")) == len(METHOD) + 8 + 2_000_000


def test_a_client_that_is_not_trusted_is_hung_up_on(contexts: Contexts) -> None:
    ours, theirs = contexts
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    with served(Calls().load, ours) as running:
        with pytest.raises((OSError, AssertionError)):
            Dialled(running.path, stranger).asked(b"request")
        assert Dialled(running.path, theirs).asked(b"request") == METHOD + b":request"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_peer_in_its_handshake_is_read_from_and_not_written_to(
    contexts: Contexts, ends: tuple[socket.socket, socket.socket]
) -> None:
    """Its socket could be written to at any time: who waited for that would turn round and round."""
    peer = Peer(ends[0], contexts[0], lambda _: True)
    for part in (_hello(contexts[1])[:50], _hello(contexts[1])[50:]):
        ends[1].sendall(part)
        peer.receive()
        peer.send()
        assert peer.streams.out and not peer.full and not peer.closed and not peer.waits
    peer.close()


def test_a_peer_is_full_until_somebody_reads(ends: tuple[socket.socket, socket.socket]) -> None:
    peer = Peer(ends[0], None, lambda _: True)
    peer.streams.out += b"x" * 5_000_000
    peer.send()
    assert peer.full and peer.waits
    while peer.streams.out:
        assert ends[1].recv(1_000_000)
        peer.send()
    assert not peer.full and not peer.waits


@pytest.mark.parametrize("closes", [False, True])
def test_a_peer_that_is_gone(ends: tuple[socket.socket, socket.socket], closes: bool) -> None:
    """Seen by reading or by writing, whichever comes first; afterwards nothing can be done to it, nor goes wrong."""
    peer = Peer(ends[0], None, lambda _: True)
    ends[1].close()
    if closes:
        peer.send()
    else:
        peer.receive()
    assert peer.closed
    peer.send()
    peer.receive()
    assert peer.closed
