"""The sandbox's own commands answer only under a local name: no page on the web may ask for codes (DNS rebinding)."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from mfa_association.sandbox import RemoteSandbox
from tests.sandbox.lab import Lab

HOSTS = [
    ("127.0.0.1:4566", True),
    ("127.0.0.1", True),
    ("127.8.9.10:4566", True),
    ("localhost:4566", True),
    ("LocalHost", True),
    ("[::1]:4566", True),
    ("evil.example", False),
    ("evil.example:4566", False),
    ("localhost.evil.example", False),
    ("127.0.0.1.evil.example", False),
    ("evil.example@127.0.0.1", False),
    ("127.0.0.1/evil.example", False),
    ("192.0.2.1:4566", False),
    ("0.0.0.0:4566", False),
    ("[::1", False),
    ("", False),
]


def ask(lab: Lab, host: str, path: str = "/_sandbox/holders") -> tuple[int, dict[str, object]]:
    assert lab.sandbox
    connection = http.client.HTTPConnection(urlsplit(lab.sandbox.url).netloc, timeout=5)
    connection.request("POST", path, b"{}", {"Host": host})
    answer = connection.getresponse()
    return answer.status, json.load(answer)


@pytest.mark.parametrize(("host", "is_local"), HOSTS)
def test_commands_answer_a_local_host_only(host: str, is_local: bool, lab: Lab) -> None:
    status, told = ask(lab, host)
    if is_local:
        assert (status, list(told)) == (200, ["result"])
    else:
        assert (status, told) == (403, {"error": "the sandbox answers these commands only under a local name"})


def test_a_foreign_host_learns_not_even_which_commands_there_are(lab: Lab) -> None:
    assert ask(lab, "evil.example", "/_sandbox/nonsense")[0] == 403
    assert ask(lab, "localhost", "/_sandbox/nonsense")[0] == 404


def test_a_command_is_obeyed_over_the_network_as_in_this_process(lab: Lab) -> None:
    assert lab.sandbox
    remote = RemoteSandbox(lab.sandbox.url)
    lab.held()
    assert (remote.holders(), remote.log(), remote.calls()) == (
        lab.sandbox.holders(),
        lab.sandbox.log(),
        lab.sandbox.calls(),
    )
    remote.register_fido("bob", "key")
    assert len(lab.sandbox.holders()["bob"]) == 1
    for box in (remote, lab.sandbox):
        with pytest.raises(ValueError, match="a page holds from 1 to 1000 items"):
            box.pages(0)
        with pytest.raises(ValueError, match="no device GAHT00000000 shows codes"):
            box.codes("GAHT00000000")
