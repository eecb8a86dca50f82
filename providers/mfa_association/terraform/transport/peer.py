"""One engine's socket, with TLS or without: what came from it, what goes to it. Never waits."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from socket import socket

from mfa_association.terraform.transport.streams import Streams

_AT_ONCE = 65_536
"""Bytes that are read in a turn: more than a record of TLS, so that none waits where no selector sees it."""
_UNSENT = 2**20
"""Bytes that wait for a peer, from which on nothing is read from it: it could send what has to be answered for ever."""
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
        self.streams = Streams(accepts)
        self.closed = self.full = False

    @property
    def waits(self) -> bool:
        """Whether a part of an answer has yet to go."""
        return self.full or self.streams.answering

    @property
    def heard(self) -> bool:
        """Whether it is read from."""
        return len(self.streams.out) < _UNSENT

    def receive(self) -> None:
        """Take what came."""
        if self.closed or not self.heard:
            return
        try:
            data = self.socket.recv(_AT_ONCE)
        except _LATER:
            return
        except OSError:
            data = b""
        self.streams.receive(data)
        if not data or self.streams.over:
            self.send()
            self.close()

    def send(self) -> None:
        """Send what the socket takes of what is to go."""
        out = self.streams.out
        self.full = False
        try:
            while not self.closed and (out or self.streams.fill()):
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


def _encrypted(accepted: socket, context: ssl.SSLContext) -> socket:
    return context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
