"""The provider in this process, for an engine that is told to attach to it (TF_REATTACH_PROVIDERS)."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mfa_association.terraform.place import private_folder
from mfa_association.terraform.server import Server
from mfa_association.terraform.transport import Transport

ADDRESSES = ("registry.terraform.io/mfa-association/mfa", "registry.opentofu.org/mfa-association/mfa")


@contextmanager
def attached(server: Server | None = None) -> Iterator[dict[str, str]]:
    """Serve in a thread; yields the environment that makes an engine use it. No process is started, nothing encrypted."""
    loop = asyncio.new_event_loop()
    with private_folder() as folder:
        started: list[Transport] = []
        ready = threading.Event()

        async def serve() -> None:
            transport = Transport(lambda: (server or Server()).call)
            await transport.listen(folder / "s", None)
            started.append(transport)
            ready.set()
            await transport.until_over()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
        thread.start()
        assert ready.wait(10), "the provider does not listen"
        address = {"Network": "unix", "String": str(folder / "s")}
        told = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps(dict.fromkeys(ADDRESSES, told))}
        finally:
            loop.call_soon_threadsafe(started[0].stop)
            thread.join(10)
            loop.close()
