"""gRPC over a private socket: bytes in, bytes out. Calls run in threads, as many at once as the engine sends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from grpclib.const import Cardinality, Handler, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError
from grpclib.server import Server as GrpcServer
from grpclib.server import Stream

from mfa_association.aws.settings import MOST_AT_ONCE
from mfa_association.terraform import protocol
from mfa_association.terraform.server import Server, Unimplemented

SHUTDOWN = "/plugin.GRPCController/Shutdown"

_Serve = Callable[[Any], Any]


class _Bytes(CodecBase):
    """Messages are bytes already."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


class Transport:
    """Serves one ``Server`` at a path, until the engine says Shutdown or ``stop`` is called."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="call")
        self._over = asyncio.Event()
        self._grpc = GrpcServer([self], codec=_Bytes())
        # grpclib answers what it does not know without a content-type, which grpc-go takes for a broken plugin.
        self._grpc._mapping = _Everything(self.__mapping__())

    def __mapping__(self) -> dict[str, Handler]:
        """What gRPC serves: the provider's methods and go-plugin's Shutdown."""
        calls = {f"/{protocol.SERVICE}/{name}": _handler(self._serving(name)) for name in protocol.methods()}
        return {**calls, SHUTDOWN: _handler(self._shut_down)}

    async def listen(self, path: Path, context: ssl.SSLContext | None) -> None:
        """Begin to serve; without a context in the clear, which the private folder alone protects."""
        await self._grpc.start(path=str(path), ssl=context)

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
            loop = asyncio.get_running_loop()
            try:
                answer = await loop.run_in_executor(self._pool, self._server.call, name, data or b"")
            except Unimplemented:
                raise GRPCError(Status.UNIMPLEMENTED, f"{name} is not implemented") from None
            await stream.send_message(answer)

        return serve

    async def _shut_down(self, stream: Stream[bytes, bytes]) -> None:
        await stream.recv_message()
        await stream.send_message(b"")
        self.stop()


class _Everything(dict[str, Handler]):
    """Handlers that have one for every method there may ever be."""

    def get(self, method: str, default: Any = None) -> Any:
        return super().get(method) or _handler(_refuse)


async def _refuse(_stream: Stream[bytes, bytes]) -> None:
    raise GRPCError(Status.UNIMPLEMENTED, "not implemented")


def _handler(serve: _Serve) -> Handler:
    return Handler(serve, Cardinality.UNARY_UNARY, bytes, bytes)
