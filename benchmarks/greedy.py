"""`python -m benchmarks.greedy`: the memory that one client can make the Terraform provider take, Markdown on stdout."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection

from mfa_association.terraform.serve import COOKIE

from .report import table

LARGE, LARGEST = 5_000, 16_384
"""Bytes of an answer, of which the schema has more, and of a frame."""
BEGUN = "/tfplugin6.Provider/GetProviderSchema"
QUIET = 1.0
"""Seconds without progress after which the provider has taken all that it takes."""


class Client:
    """A client that asks for much and reads nothing."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.settimeout(QUIET)
        self.h2 = H2Connection(H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False))
        self.h2.initiate_connection()
        self.h2.remote_settings.max_concurrent_streams = 2**31 - 1

    def open(self) -> int:
        """Begin a call."""
        stream: int = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, [(":method", "POST"), (":scheme", "http"), (":path", BEGUN)])
        return stream

    def data(self, stream: int, size: int, flags: int = 0) -> None:
        """Send a part of a request, whatever the server's windows are."""
        self.socket.sendall(self.h2.data_to_send())
        for start in range(0, size, LARGEST):
            part = min(LARGEST, size - start)
            self.socket.sendall(struct.pack(">BHBBL", 0, part, 0, flags, stream) + bytes(part))

    def ask(self) -> None:
        """Make a call and see its answer begin: by then everything is loaded."""
        self.socket.settimeout(None)
        self.data(self.open(), 5, flags=1)
        heard = 0
        while heard < LARGE:
            heard += len(self.socket.recv(65_536))
        self.send()

    def send(self, more: bytes = b"") -> None:
        """Send it all, reading what the server says of windows. Raises OSError when it hangs up, or takes no more."""
        self.socket.sendall(self.h2.data_to_send() + more)
        self.socket.setblocking(False)
        with suppress(BlockingIOError):
            while self.socket.recv(65_536):
                pass
        self.socket.settimeout(QUIET)


def _streams(client: Client) -> None:
    for _ in range(3_000):
        client.data(client.open(), 65_536)
        client.send()


def _full(client: Client) -> None:
    """Together all that is kept, sent as windows open, and then a frame that never ends."""
    for _ in range(99):
        stream = client.open()
        for _ in range(5):
            client.data(stream, 2 * LARGEST)
            client.socket.recv(65_536)
    client.socket.sendall(b"\xff\xff\xff\0\0\0\0\0\1" + bytes(255 * 65_536))


def _resets(client: Client) -> None:
    for _ in range(20_000):
        stream = client.open()
        client.data(stream, 5)
        client.h2.reset_stream(stream)
        client.send()


def _pings(client: Client) -> None:
    for _ in range(100):
        client.socket.sendall(client.h2.data_to_send() + b"\0\0\x08\6\0\0\0\0\0abcdefgh" * 10_000)


GREEDY: dict[str, Callable[[Client], None]] = {
    "one call": lambda client: client.send(),
    "3,000 unfinished requests of 64 KiB": _streams,
    "99 unfinished requests of 16 MB in all, then a frame of 16 MiB": _full,
    "20,000 calls, each given up at once": _resets,
    "1,000,000 pings whose answers are not read": _pings,
}


@contextmanager
def provider() -> Iterator[tuple[int, str]]:
    """A provider in the clear: its process, and the path of its socket."""
    asked = {**os.environ, COOKIE[0]: COOKIE[1], "PLUGIN_CLIENT_CERT": ""}
    command = [sys.executable, "-m", "mfa_association.terraform.serve"]
    with subprocess.Popen(command, env=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield process.pid, process.stdout.readline().split("|")[3]
        finally:
            process.kill()


def peak(attack: Callable[[Client], None]) -> float:
    """MB of resident memory at most."""
    with provider() as (pid, path):
        client = Client(path)
        client.ask()
        with suppress(OSError):
            attack(client)
        time.sleep(QUIET)
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    print(table(("one client", "provider, peak MB"), [[name, f"{peak(one):.0f}"] for name, one in GREEDY.items()]))
