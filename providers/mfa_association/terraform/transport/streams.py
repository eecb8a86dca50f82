"""The calls of one HTTP/2 connection, as h2 has them: bytes in, whole requests and bytes out. Knows no socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

from mfa_association.terraform.transport import messages

MOST_HELD: Final = 16 * 2**20
"""Bytes of requests that are kept for one connection, and of unsent answers from which on no call of it is begun."""

# Headers are checked by gRPC's own code at the other end, an engine that TLS has verified; h2's checks cost time only.
_CONFIG: Final = H2Configuration(
    client_side=False,
    validate_inbound_headers=False,
    normalize_inbound_headers=False,
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)
_LARGEST_FRAME: Final = 16_384


@dataclass(eq=False)
class Call:
    """One call: its request, and what has yet to go of its answer."""

    stream: int
    path: str
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False
    begun: bool = False
    answer: memoryview = field(default_factory=lambda: memoryview(b""))


class Streams:
    """Send what is in ``out``, and what ``fill`` puts there. ``accepts`` says which paths there are.

    h2 announces MAX_CONCURRENT_STREAMS (100) and windows of 64 KiB, and ends the connection of who exceeds them.
    """

    def __init__(self, accepts: Callable[[str], bool]) -> None:
        self._h2 = H2Connection(_CONFIG)
        self._h2.initiate_connection()
        self._accepts = accepts
        self.out = bytearray()
        self.over = False
        self._calls: dict[int, Call] = {}
        self._queue: dict[int, Call] = {}
        self._answers: dict[int, Call] = {}
        self._refused: dict[Call, tuple[int, str]] = {}
        self._held = 0

    @property
    def ready(self) -> bool:
        """Whether a call waits to be begun, and the peer takes its answers."""
        return bool(self._queue) and sum(len(call.answer) for call in self._answers.values()) < MOST_HELD

    @property
    def answering(self) -> bool:
        """Whether an answer waits for the peer's windows."""
        return bool(self._answers)

    def receive(self, data: bytes) -> None:
        """Take what came. ``over`` once the peer goes, or does not speak HTTP/2: what is in ``out`` then tells it why."""
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self.over, events = True, []
        for event in events:
            take = _TAKE.get(type(event))
            if take:
                take(self, event)
        for call, why in self._refused.items():
            self.refuse(call, *why)
        self._refused.clear()
        self.out += self._h2.data_to_send()

    def begin(self) -> Call:
        """The call that has waited longest; ``answer`` or ``refuse`` it."""
        call = self._queue.pop(next(iter(self._queue)))
        call.begun = True
        return call

    def answer(self, call: Call, *answer: bytes) -> None:
        """Answer a call with these messages; nothing is sent when the peer has given it up."""
        if self._release(call):
            self._h2.send_headers(call.stream, messages.BEGIN)
            call.answer = memoryview(b"".join(map(messages.wrapped, answer)))
            self._send(call)

    def refuse(self, call: Call, status: int, text: str) -> None:
        """Answer a call with an error, though the peer may still be sending it."""
        if self._release(call):
            self._h2.send_headers(call.stream, messages.refusal(status, text), end_stream=True)
            if not call.whole:
                self._h2.reset_stream(call.stream)
            del self._calls[call.stream]

    def fill(self) -> bool:
        """Put into ``out`` what may go next: a frame of each answer. Returns whether anything may."""
        for call in [] if self.over else list(self._answers.values()):
            self._send(call)
        self.out += self._h2.data_to_send()
        return bool(self.out)

    def _release(self, call: Call) -> bool:
        """Hold a request no longer. Returns whether the peer waits for its answer."""
        self._held -= len(call.body)
        call.body = bytearray()
        self._queue.pop(call.stream, None)
        return not self.over and self._calls.get(call.stream) is call

    def _send(self, call: Call) -> None:
        """Send a frame of an answer, as large as the peer's windows let through, and the end after the last."""
        size = min(len(call.answer), self._h2.local_flow_control_window(call.stream), _LARGEST_FRAME)
        if size > 0:
            self._h2.send_data(call.stream, call.answer[:size])
            call.answer = call.answer[size:]
            self._answers.pop(call.stream, None)
        if call.answer:
            self._answers[call.stream] = call
        else:
            self._h2.send_headers(call.stream, messages.END, end_stream=True)
            del self._calls[call.stream]

    def _opened(self, event: RequestReceived) -> None:
        path = next((value for name, value in event.headers if name == b":path"), b"")
        call = self._calls[event.stream_id] = Call(event.stream_id, path.decode(errors="replace"))
        if not self._accepts(call.path):
            self._refused[call] = messages.UNIMPLEMENTED, messages.UNKNOWN

    def _came(self, event: DataReceived) -> None:
        self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        call = self._calls.get(event.stream_id)
        if not call or call in self._refused:
            return
        call.body += event.data
        self._held += len(event.data)
        if self._held > MOST_HELD:
            self._held -= len(call.body)
            call.body = bytearray()
            self._refused[call] = messages.RESOURCE_EXHAUSTED, f"requests of more than {MOST_HELD} bytes at once"

    def _ended(self, event: StreamEnded) -> None:
        call = self._calls.get(event.stream_id)
        if call:
            call.whole = True
            if call not in self._refused:
                self._queue[call.stream] = call

    def _reset(self, event: StreamReset) -> None:
        """The peer gave a call up: it is not begun, or not answered."""
        call = self._calls.pop(event.stream_id, None)
        if call:
            self._answers.pop(call.stream, None)
            if not call.begun:
                self._release(call)

    def _farewell(self, event: ConnectionTerminated) -> None:
        """After it h2 sends nothing more: who says it waits for no answer."""
        self.over = True


_TAKE: Final[dict[type[Event], Callable[[Streams, Any], None]]] = {
    RequestReceived: Streams._opened,
    DataReceived: Streams._came,
    StreamEnded: Streams._ended,
    StreamReset: Streams._reset,
    ConnectionTerminated: Streams._farewell,
}
"""h2 sees to the rest: windows, settings, pings."""
