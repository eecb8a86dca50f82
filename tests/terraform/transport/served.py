"""A transport on a socket, in a thread that is looked after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext
from threading import Event

from mfa_association.terraform.socket_dir import listener, private_folder
from mfa_association.terraform.transport.loop import MessageHandler, Transport


@dataclass(frozen=True)
class Served:
    """What runs, and where."""

    path: Path
    transport: Transport
    serving: Future[None]


@contextmanager
def served(
    load: Callable[[], MessageHandler], context: SSLContext | None = None, wanted: Callable[[], bool] = lambda: True
) -> Iterator[Served]:
    """Serve; what was raised there is raised here."""
    with private_folder() as folder, ThreadPoolExecutor(1) as pool:
        transport = Transport(load, listener(folder / "s"), context)
        serving = pool.submit(transport.serve, wanted)
        try:
            yield Served(folder / "s", transport, serving)
        finally:
            transport.stop()
        serving.result(30)


@dataclass(frozen=True)
class Calls:
    """Answers ``method:request``; one whose request is ``slow`` says that it has begun, and waits until it may end."""

    begun: Event = field(default_factory=Event)
    may_end: Event = field(default_factory=Event)
    size: int = 0

    def load(self) -> MessageHandler:
        """What the transport asks for."""
        return self.answer

    def answer(self, method: str, request: bytes) -> bytes:
        """Answer one call."""
        if request == b"slow":
            self.begun.set()
            assert self.may_end.wait(30)
        return f"{method}:".encode() + request + b"x" * self.size
