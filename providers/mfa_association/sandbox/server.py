"""An HTTP/1.1 server with keep-alive: werkzeug's closes the connection after every answer."""

from __future__ import annotations

import io
import signal
import socket
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .app import Application
from .errors import Dropped
from .load_seed import load_seed
from .seed import load

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Handler(BaseHTTPRequestHandler):
    """One connection. Buffered and without Nagle's algorithm, so an answer is one packet at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_POST(self) -> None:
        """Answer one request."""
        try:
            for part in self.server.app(self.environ(), self._start):
                self.wfile.write(part)
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST

    def _start(self, status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        self.send_response_only(int(status.split()[0]))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write

    def environ(self) -> WSGIEnvironment:
        """The request as WSGI has it (PEP 3333)."""
        url = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(url.path, "latin-1"),
            "RAW_URI": self.path,
            "QUERY_STRING": url.query,
            "SERVER_PROTOCOL": self.request_version,
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "REMOTE_ADDR": str(self.client_address[0]),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": length,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.rfile.read(int(length))),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        names = ((name.upper().replace("-", "_"), value) for name, value in self.headers.items())
        return environ | {f"HTTP_{name}": value for name, value in names if not name.startswith("CONTENT_")}

    def handle_expect_100(self) -> bool:
        """Let a waiting client go on at once."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, *_: object) -> None:
        """Nothing is logged: a request may hold codes."""


class Server(ThreadingTCPServer):
    """The server of one application. Closing it cuts the connections that clients keep open."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, port: int, host: str = "127.0.0.1") -> None:
        self.app = app
        self._open: set[Any] = set()
        super().__init__((host, port), Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection."""
        self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._open.discard(request)

    def server_close(self) -> None:
        """Stop listening and hang up."""
        super().server_close()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(port: int, seed: Path | None, host: str = "127.0.0.1") -> None:
    """Serve until SIGINT or SIGTERM, after one line that says where. A faulty seed raises SeedFault."""
    app = Application()
    load_seed(app.world, load(seed))
    with Server(app, port, host) as server:

        def stop(number: int, frame: FrameType | None) -> None:
            Thread(target=server.shutdown).start()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        print(f"sandbox ready at {server.url}", flush=True)
        server.serve_forever(poll_interval=0.1)
