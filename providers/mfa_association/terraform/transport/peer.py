"""One engine's socket, with TLS or without: what came from it, what goes to it. Never waits."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from socket import socket

from mfa_association.terraform.transport.frames import Broken
from mfa_association.terraform.transport.http2 import Connection, Request

_AT_ONCE = 65_536
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Peer:
    """A connection that was accepted. ``closed`` once the peer is gone or does not speak as it should."""

    def __init__(self, accepted: socket, context: ssl.SSLContext | None, accepts: Callable[[str], bool]) -> None:
        accepted.setblocking(False)
        # The handshake is part of the first reads: a client that never ends it keeps nobody waiting.
        self.socket = _encrypted(accepted, context) if context else accepted
        self.http = Connection(accepts)
        self.closed = False

    def requests(self) -> Iterator[Request]:
        """The requests that are whole now."""
        try:
            for data in self._received():
                yield from self.http.receive(data)
        except Broken:
            self.send()
            self.close()

    def send(self) -> None:
        """Send what the socket takes of what is to go."""
        out = self.http.out
        try:
            while out and not self.closed:
                del out[: self.socket.send(out)]
        except _LATER:
            return
        except OSError:
            self.close()

    def close(self) -> None:
        """Forget the peer."""
        self.closed = True
        with contextlib.suppress(OSError):
            self.socket.close()

    def _received(self) -> Iterator[bytes]:
        try:
            while data := self.socket.recv(_AT_ONCE):
                yield data
        except _LATER:
            return
        except OSError:
            pass
        self.close()


def _encrypted(accepted: socket, context: ssl.SSLContext) -> socket:
    return context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
