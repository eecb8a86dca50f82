"""One engine's socket, with TLS or without: what came from it, what goes to it. Never waits."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from socket import socket

from mfa_association.terraform.transport.frames import Broken
from mfa_association.terraform.transport.http2 import Connection, Request

_AT_ONCE = 65_536
_FULL = (BlockingIOError, ssl.SSLWantWriteError)
_LATER = (*_FULL, ssl.SSLWantReadError)


class Peer:
    """A connection that was accepted. ``closed`` once the peer is gone or does not speak as it should.

    ``full`` while the socket takes nothing. In a handshake it would, but TLS first has to read.
    """

    def __init__(self, accepted: socket, context: ssl.SSLContext | None, accepts: Callable[[str], bool]) -> None:
        accepted.setblocking(False)
        # The handshake is part of the first reads: a client that never ends it keeps nobody waiting.
        self.socket = _encrypted(accepted, context) if context else accepted
        self.http = Connection(accepts)
        self.closed = self.full = False

    @property
    def waits(self) -> bool:
        """Whether a part of an answer has yet to go."""
        return self.full or self.http.answering

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
        self.full = False
        try:
            while out and not self.closed:
                del out[: self.socket.send(out)]
        except _FULL:
            self.full = True
        except ssl.SSLWantReadError:
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
