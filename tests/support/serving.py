"""The provider in this process, for an engine that is told to attach to it (TF_REATTACH_PROVIDERS)."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mfa_association.terraform.server import Server
from mfa_association.terraform.socket_dir import listener, private_folder
from mfa_association.terraform.transport.loop import Transport

ADDRESSES = ("registry.terraform.io/mfa-association/mfa", "registry.opentofu.org/mfa-association/mfa")


@contextmanager
def attached(server: Server | None = None) -> Iterator[dict[str, str]]:
    """Serve in a thread; yields the environment that makes an engine use it. No process is started, nothing encrypted."""
    with private_folder() as folder:
        transport = Transport(lambda: (server or Server()).call, listener(folder / "s"), None)
        thread = threading.Thread(target=transport.serve, daemon=True)
        thread.start()
        address = {"Network": "unix", "String": str(folder / "s")}
        told = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps(dict.fromkeys(ADDRESSES, told))}
        finally:
            transport.stop()
            thread.join(10)
