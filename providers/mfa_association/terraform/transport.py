"""gRPC over a private socket: bytes in, bytes out. Calls run in threads, as many at once as the engine sends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from grpclib.const import Cardinality, Handler, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError
from grpclib.server import Server as GrpcServer
from grpclib.server import Stream

from mfa_association.aws.settings import MOST_AT_ONCE

PROVIDER = "/tfplugin6.Provider/"
SHUTDOWN = "/plugin.GRPCController/Shutdown"

Answer = Callable[[str, bytes], bytes]
"""Answers a method's request. Raises ``NotImplementedError`` for a method that it does not know."""

_Serve = Callable[[Any], Any]


class _Bytes(CodecBase):
    """Messages are bytes already."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


class Transport:
    """Serves at a path, until the engine says Shutdown or ``stop`` is called.

    ``load`` gives what answers; it may run while the engine connects.
    """

    def __init__(self, load: Callable[[], Answer]) -> None:
        self._load = load
        self._answer: Future[Answer] | None = None
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="call")
        self._over = asyncio.Event()
        self._grpc = GrpcServer([self], codec=_Bytes())
        # grpclib answers what it does not know without a content-type, which grpc-go takes for a broken plugin.
        self._grpc._mapping = _Handlers(self._handler)

    def __mapping__(self) -> dict[str, Handler]:
        """Nothing by name: ``_handler`` has one for every method."""
        return {}

    def _handler(self, path: str) -> Handler:
        """The provider's methods, go-plugin's Shutdown, and a refusal of all else."""
        serve: _Serve = self._shut_down if path == SHUTDOWN else _refuse
        if path.startswith(PROVIDER):
            serve = self._serving(path[len(PROVIDER) :])
        return Handler(serve, Cardinality.UNARY_UNARY, bytes, bytes)

    async def listen(self, path: Path, context: ssl.SSLContext | None) -> None:
        """Begin to serve; without a context in the clear, which the private folder alone protects."""
        await self._grpc.start(path=str(path), ssl=context)

    def load(self) -> None:
        """Begin to load what answers, unless that was begun; to be called in the loop."""
        self._answer = self._answer or self._pool.submit(self._load)

    async def until_over(self) -> None:
        """Return when it is over and what was under way has ended."""
        await self._over.wait()
        self._grpc.close()
        await self._grpc.wait_closed()
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)

    def stop(self) -> None:
        """Let it be over; to be called in the loop."""
        self._over.set()

    def _serving(self, name: str) -> _Serve:
        async def serve(stream: Stream[bytes, bytes]) -> None:
            data = await stream.recv_message()
            self.load()
            loop = asyncio.get_running_loop()
            try:
                answer = await loop.run_in_executor(self._pool, self._answered, name, data or b"")
            except NotImplementedError:
                raise GRPCError(Status.UNIMPLEMENTED, f"{name} is not implemented") from None
            await stream.send_message(answer)

        return serve

    def _answered(self, name: str, data: bytes) -> bytes:
        assert self._answer is not None
        return self._answer.result()(name, data)

    async def _shut_down(self, stream: Stream[bytes, bytes]) -> None:
        await stream.recv_message()
        await stream.send_message(b"")
        self.stop()


class _Handlers(dict[str, Handler]):
    """Handlers that are made when they are asked for."""

    def __init__(self, make: Callable[[str], Handler]) -> None:
        super().__init__()
        self._make = make

    def get(self, path: str, default: Any = None) -> Any:
        return self._make(path)


async def _refuse(_stream: Stream[bytes, bytes]) -> None:
    raise GRPCError(Status.UNIMPLEMENTED, "not implemented")
