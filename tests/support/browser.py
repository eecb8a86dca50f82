"""A page in a real Chromium, driven by its DevTools protocol over a pipe: no driver, no port, no network."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browser import flags

_FOR_COMMANDS, _FOR_ANSWERS = 3, 4
"""The file descriptors at which Chromium expects the pipe (--remote-debugging-pipe)."""
_END = b"\0"
_KEYS = {"Enter": ("\r", 13), "Tab": ("\t", 9), " ": (" ", 32)}


@dataclass
class Page:
    """One page. ``requests``: every address that it asked for; ``complaints``: what the console and the policy said."""

    commands: int
    answers: int
    session: str = ""
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""

    def open(self, file: Path) -> None:
        """Load a file and wait for it."""
        self.call("Page.navigate", url=file.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """What an expression is worth."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def press(self, key: str) -> None:
        """A key, as a keyboard sends it to whatever has the focus."""
        text, code = _KEYS[key]
        known = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text="" if key == "Tab" else text, **known)
        self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    def type(self, text: str) -> None:
        """Text, into whatever has the focus."""
        self.call("Input.insertText", text=text)

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def call(self, method: str, **parameters: Any) -> Any:
        """A command of the protocol, and its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        session = {"sessionId": self.session} if self.session else {}
        os.write(self.commands, json.dumps({**message, **session}).encode() + _END)
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        while _END not in self._rest:
            piece = os.read(self.answers, 1 << 20)
            assert piece, "the browser has ended"
            self._rest += piece
        text, _, self._rest = self._rest.partition(_END)
        message: dict[str, Any] = json.loads(text)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(told["exceptionDetails"]["text"])


@contextmanager
def a_page(chromium: Path, *, scripts: bool = True) -> Iterator[Page]:
    """A browser with one empty page; without ``scripts`` as somebody has it who allows none."""
    with tempfile.TemporaryDirectory() as folder, _running(chromium, folder) as page:
        target = page.call("Target.createTarget", url="about:blank")["targetId"]
        page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        yield page


@contextmanager
def _running(chromium: Path, folder: str) -> Iterator[Page]:
    """The process; its ends of the pipe must be at their numbers, which are not free here."""
    theirs, ours = os.pipe()
    answers, told = os.pipe()
    theirs_high, told_high = (fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (theirs, told))
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs_high, _FOR_COMMANDS),
        (os.POSIX_SPAWN_DUP2, told_high, _FOR_ANSWERS),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    command = [str(chromium), *flags(folder), "--remote-debugging-pipe", "about:blank"]
    process = os.posix_spawn(chromium, command, os.environ, file_actions=actions, setpgroup=0)
    for one in (theirs, told, theirs_high, told_high):
        os.close(one)
    try:
        yield Page(ours, answers)
    finally:
        os.close(ours)
        os.close(answers)
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
