"""The provider in this process, for an engine that is told to attach to it (TF_REATTACH_PROVIDERS).

Seven starts of the provider are nine tenths of what an apply costs. A connection stands for a start: it has a server of its
own, which knows nothing of the others.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest.mock import patch

from mfa_association.aws.session import open_session
from mfa_association.terraform.server import Server
from mfa_association.terraform.socket_dir import listener, private_folder
from mfa_association.terraform.transport.loop import Transport

ADDRESSES = ("registry.terraform.io/mfa-association/mfa", "registry.opentofu.org/mfa-association/mfa")


@contextmanager
def attached(server: Server | None = None) -> Iterator[dict[str, str]]:
    """Serve meanwhile; yields the environment that makes an engine use it. No process is started, nothing encrypted.

    ``server``: answers all connections, instead of one each.
    """
    with private_folder() as folder, ExitStack() as connections, listener(folder / "s") as listening:
        listening.setblocking(True)
        accepting = threading.Thread(target=_accept, args=(listening, server, connections), daemon=True)
        accepting.start()
        address = {"Network": "unix", "String": str(folder / "s")}
        told = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps(dict.fromkeys(ADDRESSES, told))}
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join(10)


@contextmanager
def attached_with(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """For one command: the provider has this environment meanwhile; yields it, and how an engine attaches."""
    open_session.cache_clear()
    with patch.dict(os.environ, environment, clear=True), attached() as told:
        yield {**environment, **told}


def _accept(listening: socket.socket, server: Server | None, connections: ExitStack) -> None:
    """Serve each connection until the listener is shut."""
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:
            return
        one: Any = _OneConnection(accepted)
        transport = Transport(lambda: (server or Server()).call, one, None)
        thread = threading.Thread(target=transport.serve, daemon=True)
        thread.start()
        connections.callback(thread.join, 10)
        connections.callback(transport.stop)


class _OneConnection:
    """A listener for a connection that was accepted already."""

    def __init__(self, accepted: socket.socket) -> None:
        self._accepted = accepted
        self._bell, self._ringer = socket.socketpair()
        self._ringer.send(b".")

    def fileno(self) -> int:
        return self._bell.fileno()

    def accept(self) -> tuple[socket.socket, None]:
        self._bell.recv(1)
        return self._accepted, None
