"""An engine's end of a connection, as h2 has it: nothing of what it sends or checks is ours."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings

from mfa_association.terraform.transport.messages import unwrapped
from mfa_association.terraform.transport.streams import Call, Streams

LARGEST = 16_384
PATH = "/tfplugin6.Provider/PlanResourceChange"
CALLED = [(":method", "POST"), (":scheme", "http"), (":path", PATH), (":authority", "localhost")]
Headers = list[tuple[str, str]]


def raw(kind: int, flags: int, stream: int, payload: bytes = b"", size: int | None = None) -> bytes:
    """A frame made by hand, whatever is wrong with it; ``size`` is told instead of the payload's."""
    told = len(payload) if size is None else size
    return struct.pack(">L", told)[1:] + struct.pack(">BBL", kind, flags, stream) + payload


def message(content: bytes) -> bytes:
    """A message of gRPC."""
    return b"\0" + len(content).to_bytes(4, "big") + content


def to(path: str) -> Headers:
    """The headers of a call."""
    return [(name, path if name == ":path" else value) for name, value in CALLED]


def dial(path: Path) -> socket.socket:
    """A socket that is connected; what it waits for comes soon or never."""
    dialled = socket.socket(socket.AF_UNIX)
    dialled.settimeout(30)
    dialled.connect(str(path))
    return dialled


class Client:
    """What an h2 client was told. Unless ``reads``, it opens no window again; h2 itself raises when one is exceeded."""

    def __init__(self, window: int = 65_535, reads: bool = True) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.local_settings = Settings(client=True, initial_values={SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.h2.initiate_connection()
        self.reads = reads
        self.bodies: dict[int, bytes] = {}
        self.headers: dict[int, Headers] = {}
        self.trailers: dict[int, Headers] = {}
        self.ended: list[int] = []
        self.others: list[events.Event] = []
        self._unsent: dict[int, tuple[bytes, bool]] = {}

    def call(self, body: bytes | None = b"", headers: Headers = CALLED, ends: bool = True) -> int:
        """Send a call; returns its stream. None: no body at all."""
        number: int = self.h2.get_next_available_stream_id()
        self.h2.send_headers(number, headers, end_stream=ends and body is None)
        if body is not None:
            self._unsent[number] = message(body), ends
            self._proceed()
        return number

    def hear(self, data: bytes) -> None:
        """Take what the server sent."""
        for event in self.h2.receive_data(data):
            self._note(event)
        self._proceed()

    def message(self, stream: int) -> bytes:
        """The one message of an answer that came whole, with everything that gRPC wants around it."""
        assert self.headers[stream] == [(":status", "200"), ("content-type", "application/grpc")]
        assert self.trailers[stream] == [("grpc-status", "0")] and stream in self.ended
        body = self.bodies[stream]
        assert body == message(body[5:])
        return body[5:]

    def refused(self, stream: int) -> tuple[str, str]:
        """The status and the text of a refusal."""
        assert stream in self.ended and stream not in self.bodies
        found = dict(self.headers[stream])
        assert (found.pop(":status"), found.pop("content-type")) == ("200", "application/grpc")
        return found["grpc-status"], found["grpc-message"]

    def resets(self) -> list[tuple[int, int]]:
        """The streams that the server has reset, and the codes."""
        return [(one.stream_id, int(one.error_code or 0)) for one in self.others if isinstance(one, events.StreamReset)]

    def gone(self) -> list[int]:
        """The codes with which the server went away."""
        terminated = [one for one in self.others if isinstance(one, events.ConnectionTerminated)]
        return [int(one.error_code or 0) for one in terminated]

    def _proceed(self) -> None:
        """Send as much of the requests as the server's windows let through."""
        for stream, (rest, ends) in list(self._unsent.items()):
            while rest and (size := min(len(rest), LARGEST, self.h2.local_flow_control_window(stream))) > 0:
                self.h2.send_data(stream, rest[:size], end_stream=ends and size == len(rest))
                rest = rest[size:]
            self._unsent[stream] = rest, ends
            if not rest:
                del self._unsent[stream]

    def _note(self, event: events.Event) -> None:
        if isinstance(event, events.DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
            if self.reads:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, events.ResponseReceived):
            self.headers[event.stream_id] = [(str(name), str(value)) for name, value in event.headers]
        elif isinstance(event, events.TrailersReceived):
            self.trailers[event.stream_id] = [(str(name), str(value)) for name, value in event.headers]
        elif isinstance(event, events.StreamEnded):
            self.ended.append(event.stream_id)
        else:
            self.others.append(event)
            if isinstance(event, events.StreamReset):
                self._unsent.pop(event.stream_id, None)


class Pair(Client):
    """A client and our end, without sockets between them; ``begun`` are the calls that came."""

    def __init__(
        self, accepts: Callable[[str], bool] = lambda _: True, window: int = 65_535, reads: bool = True
    ) -> None:
        super().__init__(window, reads)
        self.ours = Streams(accepts)
        self.begun: list[Call] = []
        self.pump()

    @property
    def requests(self) -> list[tuple[int, str, bytes]]:
        """Stream, path and message of each call that came."""
        return [(one.stream, one.path, unwrapped(one.body)) for one in self.begun]

    def pump(self) -> None:
        """Carry bytes to and fro until both are quiet."""
        while (data := self.h2.data_to_send()) or self.ours.out or self.ours.fill():
            self.take(data)
            out = bytes(self.ours.out)
            self.ours.out.clear()
            self.hear(out)

    def take(self, data: bytes) -> None:
        """Give our end bytes, which h2 may know nothing of; the calls that can be begun are."""
        self.ours.receive(data)
        while self.ours.ready:
            self.begun.append(self.ours.begin())

    def answer(self, stream: int, *content: bytes) -> None:
        """Have a call answered."""
        self.ours.answer(next(one for one in self.begun if one.stream == stream), *content)
        self.pump()


class Dialled(Client):
    """A client on a socket."""

    def __init__(self, path: Path, context: ssl.SSLContext | None = None, window: int = 65_535) -> None:
        super().__init__(window)
        dialled = dial(path)
        self.socket = context.wrap_socket(dialled, server_hostname="localhost") if context else dialled

    def flush(self) -> None:
        """Send what is to go."""
        self.socket.sendall(self.h2.data_to_send())

    def wait(self, stream: int) -> None:
        """Until a stream has ended."""
        while stream not in self.ended:
            self.flush()
            data = self.socket.recv(65_536)
            assert data, "the server hung up"
            self.hear(data)

    def asked(self, content: bytes, headers: Headers = CALLED) -> bytes:
        """Call, and wait for the answer."""
        stream = self.call(content, headers)
        self.wait(stream)
        return self.message(stream)
