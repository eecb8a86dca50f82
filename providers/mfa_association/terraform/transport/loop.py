"""The socket that an engine calls: one thread reads and writes, calls run in others, as many as the engine sends."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from mfa_association.aws.settings import MOST_AT_ONCE
from mfa_association.terraform.log import log_defect
from mfa_association.terraform.transport import messages
from mfa_association.terraform.transport.messages import NoMessage
from mfa_association.terraform.transport.peer import Peer
from mfa_association.terraform.transport.streams import Call

PROVIDER = "/tfplugin6.Provider/"
SHUTDOWN = "/plugin.GRPCController/Shutdown"

MessageHandler = Callable[[str, bytes], "bytes | list[bytes]"]
"""Answers a method's request, with a message or with those of a stream. Raises ``NotImplementedError`` for a method that it does not know."""

_TICK = 1.0
"""Seconds after which a quiet loop looks whether it is still wanted."""
_PATIENCE = 5.0
"""Seconds that a peer has in the end to take the answers it asked for."""


class _Answered(NamedTuple):
    """What a call came to: messages, or the status and text of a refusal."""

    peer: Peer
    call: Call
    messages: tuple[bytes, ...] = ()
    status: int = 0
    text: str = ""


class Transport:
    """Serves who comes to ``listener``, until the engine says Shutdown or ``stop`` is called.

    ``load`` gives what answers, while the engine connects. Without a context it serves in the clear.
    """

    def __init__(
        self, load: Callable[[], MessageHandler], listener: socket.socket, context: ssl.SSLContext | None
    ) -> None:
        self._listener, self._context = listener, context
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="call")
        self._answer = self._pool.submit(load)
        self._selector = selectors.DefaultSelector()
        self._answered: deque[Future[_Answered]] = deque()
        self._peers: set[Peer] = set()
        self._running = 0
        self._over = False
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, self._finish)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Return when it is over, or no longer ``wanted``, and what was under way has ended, and was taken."""
        while not self._over and wanted():
            self._turn()
        while self._running:
            self._turn()
        end = time.monotonic() + _PATIENCE
        while any(peer.waits for peer in self._peers) and time.monotonic() < end:
            self._turn()
        self._pool.shutdown()

    def stop(self) -> None:
        """Let it be over; to be called from any thread, and from a signal's handler."""
        self._over = True
        self._wake()

    def _turn(self) -> None:
        """Wait for something to do, and do it."""
        for key, _ in self._selector.select(_TICK):
            key.data()
        self._begin()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            peer = Peer(self._listener.accept()[0], self._context, _accepts)
            self._selector.register(peer.socket, selectors.EVENT_READ, lambda: self._talk(peer))
            self._peers.add(peer)

    def _talk(self, peer: Peer) -> None:
        """Take what a peer sent, and send what it can take."""
        peer.receive()
        self._send(peer)

    def _send(self, peer: Peer) -> None:
        peer.send()
        if peer.closed:
            if peer in self._peers:  # not forgotten before: calls of a peer may end long after it has gone
                self._peers.remove(peer)
                self._selector.unregister(peer.socket)
            return
        wanted = selectors.EVENT_READ * peer.heard | selectors.EVENT_WRITE * peer.full
        key = self._selector.get_key(peer.socket)
        if key.events != wanted:
            self._selector.modify(peer.socket, wanted, key.data)

    def _begin(self) -> None:
        """Have calls answered in threads: of each peer in turn, and no more of them than there are threads."""
        waiting = deque(peer for peer in self._peers if peer.streams.ready)
        while waiting and self._running < MOST_AT_ONCE:
            peer = waiting.popleft()
            call = peer.streams.begin()
            if call.path == SHUTDOWN:
                peer.streams.answer(call, b"")
                self._send(peer)
                self.stop()
            else:
                self._running += 1
                self._pool.submit(self._call, self._answer, peer, call).add_done_callback(self._hand_over)
            if peer.streams.ready:
                waiting.append(peer)

    @staticmethod
    def _call(answer: Future[MessageHandler], peer: Peer, call: Call) -> _Answered:
        name = call.path[len(PROVIDER) :]
        try:
            answered = answer.result()(name, messages.unwrapped(call.body))
            return _Answered(peer, call, (answered,) if isinstance(answered, bytes) else tuple(answered))
        except NotImplementedError:
            return _Answered(peer, call, (), messages.UNIMPLEMENTED, messages.UNKNOWN)
        except NoMessage as fault:
            return _Answered(peer, call, (), messages.INTERNAL, str(fault))
        except Exception as fault:  # noqa: BLE001 (a defect, or bytes that are no request: other calls go on)
            log_defect(fault)
            what = f"{type(fault).__name__}, which is a defect of mfa-association"
            return _Answered(peer, call, (), messages.INTERNAL, f"{what}; TF_LOG=ERROR shows where it is")

    def _hand_over(self, answered: Future[_Answered]) -> None:
        self._answered.append(answered)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._waker.send(b"\0")

    def _finish(self) -> None:
        """Send what calls came to."""
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        peers = {}
        while self._answered:
            found = self._answered.popleft().result()
            self._running -= 1
            if found.status:
                found.peer.streams.refuse(found.call, found.status, found.text)
            else:
                found.peer.streams.answer(found.call, *found.messages)
            peers[id(found.peer)] = found.peer
        for peer in peers.values():
            self._send(peer)


def _accepts(path: str) -> bool:
    return path == SHUTDOWN or path.startswith(PROVIDER)
