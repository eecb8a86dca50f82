"""What h2spec says of the transport on a TCP socket: which of its cases fail is known, and why."""

from __future__ import annotations

import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mfa_association.terraform.transport import messages
from mfa_association.terraform.transport.loop import PROVIDER, Transport

CASES = 145
NOT_CHECKED = "h2's checks of headers are off, and the call is answered as if they were right"
NO_PATH = f"{NOT_CHECKED}: a path that is missing is one that is not known"
KNOWN = {
    ("http2/8.1.2", "Sends a HEADERS frame that contains the header field name in uppercase letters"): NOT_CHECKED,
    ("http2/8.1.2.1", "Sends a HEADERS frame that contains a unknown pseudo-header field"): NOT_CHECKED,
    ("http2/8.1.2.1", "Sends a HEADERS frame that contains the pseudo-header field defined for response"): NOT_CHECKED,
    (
        "http2/8.1.2.1",
        "Sends a HEADERS frame that contains a pseudo-header field that appears in a header block after a regular "
        "header field",
    ): NOT_CHECKED,
    ("http2/8.1.2.2", "Sends a HEADERS frame that contains the connection-specific header field"): NOT_CHECKED,
    (
        "http2/8.1.2.2",
        'Sends a HEADERS frame that contains the TE header field with any value other than "trailers"',
    ): NOT_CHECKED,
    ("http2/8.1.2.3", 'Sends a HEADERS frame with empty ":path" pseudo-header field'): NO_PATH,
    ("http2/8.1.2.3", 'Sends a HEADERS frame that omits ":method" pseudo-header field'): NOT_CHECKED,
    ("http2/8.1.2.3", 'Sends a HEADERS frame that omits ":scheme" pseudo-header field'): NOT_CHECKED,
    ("http2/8.1.2.3", 'Sends a HEADERS frame that omits ":path" pseudo-header field'): NO_PATH,
    ("http2/8.1.2.3", 'Sends a HEADERS frame with duplicated ":method" pseudo-header field'): NOT_CHECKED,
    ("http2/8.1.2.3", 'Sends a HEADERS frame with duplicated ":scheme" pseudo-header field'): NOT_CHECKED,
    ("http2/8.1.2.3", 'Sends a HEADERS frame with duplicated ":path" pseudo-header field'): NOT_CHECKED,
}
"""Why each case that fails does: none of them is h2's."""

Case = tuple[str, str]


@pytest.mark.deep
def test_what_fails_is_what_is_known(h2spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # h2spec says nothing of gRPC: its requests hold no message.
    monkeypatch.setattr(messages, "unwrapped", bytes)
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        listening.setblocking(False)
        transport = Transport(lambda: lambda method, body: b"answer", listening, None)
        serving = pool.submit(transport.serve)
        port, report = listening.getsockname()[1], tmp_path / "report.xml"
        command = [str(h2spec), "-p", str(port), "-P", f"{PROVIDER}Any", "-o", "5", "-j", str(report)]
        try:
            subprocess.run(command, stdout=subprocess.DEVNULL, timeout=250, check=False)
        finally:
            transport.stop()
        serving.result(30)
    cases = list(ElementTree.parse(report).iter("testcase"))
    assert len(cases) == CASES
    assert _cases(cases, "skipped") == set()
    assert _cases(cases, "error") | _cases(cases, "failure") == set(KNOWN)


def _cases(cases: list[ElementTree.Element], what: str) -> set[Case]:
    return {(one.attrib["package"], one.attrib["classname"]) for one in cases if one.find(what) is not None}
