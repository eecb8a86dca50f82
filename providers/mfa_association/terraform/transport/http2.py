"""One connection of HTTP/2 as its server, for calls of one request and one answer: bytes in, requests and bytes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hpack import Decoder, HPACKError

from mfa_association.terraform.transport import frames, messages
from mfa_association.terraform.transport.frames import Broken, Frame, Frames, frame, word

WIDEST: Final = 2**31 - 1
"""The widest window that there is: the peer, whom TLS has verified, may send a message as a whole."""
_USUAL_WINDOW: Final = 65_535
_LONGEST_BLOCK: Final = 65_536
_INITIAL_WINDOW_SIZE: Final = 0x4


class Request(NamedTuple):
    """One whole request."""

    stream: int
    path: str
    body: bytes


@dataclass
class _Stream:
    """A call: what came of its request, and what has yet to go of its answer."""

    path: str
    window: int
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False
    answer: bytes | memoryview = b""


class Connection:
    """Knows no socket: ``receive`` what came, send what is in ``out``. ``accepts`` says which paths there are."""

    def __init__(self, accepts: Callable[[str], bool]) -> None:
        self.out = bytearray(frame(frames.SETTINGS, 0, 0, frames.settings({_INITIAL_WINDOW_SIZE: WIDEST})))
        self._accepts = accepts
        self._frames, self._decoder = Frames(), Decoder()
        self._paths: dict[bytes, str] = {}
        self._streams: dict[int, _Stream] = {}
        self._last = 0
        self._block: tuple[Frame, bytearray] | None = None
        self._window = self._stream_window = _USUAL_WINDOW
        self._widen(WIDEST - _USUAL_WINDOW)
        self._came = 0

    @property
    def answering(self) -> bool:
        """Whether an answer waits for the peer's windows."""
        return any(stream.answer for stream in self._streams.values())

    def receive(self, data: bytes) -> Iterator[Request]:
        """The requests that are whole now. Raises ``Broken``; what is in ``out`` then tells the peer why."""
        try:
            for found in self._frames.feed(data):
                stream = self._frame(found)
                if stream is not None:
                    yield Request(found.stream, stream.path, bytes(stream.body))
        except Broken as fault:
            self.out += frame(frames.GOAWAY, 0, 0, word(self._last) + word(fault.code))
            raise

    def answer(self, number: int, message: bytes) -> None:
        """Answer a request; nothing happens when the peer has given it up."""
        stream = self._streams.get(number)
        if stream:
            self.out += frame(frames.HEADERS, frames.END_HEADERS, number, messages.BEGIN)
            stream.answer = memoryview(messages.wrapped(message))
            self._send(number, stream)

    def refuse(self, number: int, status: int, text: str) -> None:
        """Answer a request with an error, though the peer may still be sending it."""
        stream = self._streams.pop(number, None)
        if stream:
            flags = frames.END_HEADERS | frames.END_STREAM
            self.out += frame(frames.HEADERS, flags, number, messages.refusal(status, text))
            if not stream.whole:
                self.out += frame(frames.RST_STREAM, 0, number, word(frames.NO_ERROR))

    def _frame(self, found: Frame) -> _Stream | None:
        """Take a frame; returns the stream whose request it ends."""
        if self._block and (found.kind != frames.CONTINUATION or found.stream != self._block[0].stream):
            raise Broken(frames.PROTOCOL_ERROR)
        if found.kind == frames.DATA:
            return self._data(found)
        if found.kind in (frames.HEADERS, frames.CONTINUATION):
            return self._headers(found)
        take = _TAKE.get(found.kind)
        if take:
            take(self, found)
        return None

    def _data(self, found: Frame) -> _Stream | None:
        self._came += len(found.payload)
        if self._came > WIDEST // 2:
            self._widen(self._came)
            self._came = 0
        stream = self._unfinished(found)
        if stream:
            stream.body += found.content
        return self._ended(found)

    def _headers(self, found: Frame) -> _Stream | None:
        if found.kind == frames.HEADERS:
            self._block = found, bytearray(found.content)
        elif self._block:
            self._block[1].extend(found.payload)
        else:
            raise Broken(frames.PROTOCOL_ERROR)
        first, block = self._block
        if len(block) > _LONGEST_BLOCK:
            raise Broken(frames.ENHANCE_YOUR_CALM)
        if not found.flags & frames.END_HEADERS:
            return None
        self._block = None
        return self._opened(first, self._path(bytes(block)))

    def _opened(self, found: Frame, path: str) -> _Stream | None:
        """Begin a stream; the headers of one that is under way are its trailers."""
        if found.stream <= self._last:
            return self._ended(found)
        if found.stream % 2 == 0:
            raise Broken(frames.PROTOCOL_ERROR)
        self._last = found.stream
        self._streams[found.stream] = _Stream(path, self._stream_window)
        stream = self._ended(found)
        if not self._accepts(path):
            self.refuse(found.stream, messages.UNIMPLEMENTED, f"{path} is not implemented")
            return None
        return stream

    def _ended(self, found: Frame) -> _Stream | None:
        """The stream whose request this frame ends: once only, whatever the peer sends after it."""
        stream = self._unfinished(found)
        if stream and found.flags & frames.END_STREAM:
            stream.whole = True
            return stream
        return None

    def _unfinished(self, found: Frame) -> _Stream | None:
        stream = self._streams.get(found.stream)
        return stream if stream and not stream.whole else None

    def _path(self, block: bytes) -> str:
        """The path in a block of headers. One that only points into the tables means the same until they change."""
        known = self._paths.get(block)
        if known is None:
            try:
                headers = dict(self._decoder.decode(block, raw=True))
            except HPACKError:
                raise Broken(frames.COMPRESSION_ERROR) from None
            known = headers.get(b":path", b"").decode(errors="replace")
            if min(block, default=0) >= 0x80:
                self._paths[block] = known
            else:
                self._paths.clear()
        return known

    def _settings(self, found: Frame) -> None:
        if found.flags & frames.ACK:
            return
        for name, value in found.settings:
            if name == _INITIAL_WINDOW_SIZE:
                for stream in self._streams.values():
                    stream.window += value - self._stream_window
                self._stream_window = value
        self.out += frame(frames.SETTINGS, frames.ACK, 0)
        self._send_all()

    def _ping(self, found: Frame) -> None:
        if not found.flags & frames.ACK:
            self.out += frame(frames.PING, frames.ACK, 0, found.payload)

    def _reset(self, found: Frame) -> None:
        self._streams.pop(found.stream, None)

    def _widened(self, found: Frame) -> None:
        if found.stream == 0:
            self._window += found.word
        elif found.stream in self._streams:
            self._streams[found.stream].window += found.word
        self._send_all()

    def _widen(self, size: int) -> None:
        self.out += frame(frames.WINDOW_UPDATE, 0, 0, word(size))

    def _send_all(self) -> None:
        for number, stream in list(self._streams.items()):
            if stream.answer:
                self._send(number, stream)

    def _send(self, number: int, stream: _Stream) -> None:
        """Send as much of the answer as the peer's windows let through."""
        while stream.answer:
            size = min(len(stream.answer), self._window, stream.window, frames.LARGEST)
            if size <= 0:
                return
            self.out += frame(frames.DATA, 0, number, stream.answer[:size])
            stream.answer = stream.answer[size:]
            self._window -= size
            stream.window -= size
        flags = frames.END_HEADERS | frames.END_STREAM
        self.out += frame(frames.HEADERS, flags, number, messages.END)
        del self._streams[number]


_TAKE: Final[dict[int, Callable[[Connection, Frame], None]]] = {
    frames.SETTINGS: Connection._settings,
    frames.PING: Connection._ping,
    frames.RST_STREAM: Connection._reset,
    frames.WINDOW_UPDATE: Connection._widened,
}
"""Other kinds say nothing that matters here: priorities, GOAWAY (the peer then closes), and those to come."""
