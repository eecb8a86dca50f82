"""The runbook from top to bottom, in one company with the real engine: its commands print what the page says."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, ADMIN, Stack

from .runbook import Command, Shell, chapters, differs

PAGE = Path(__file__).parents[2] / "docs" / "runbook.md"
SEED = {
    "default_account": ACCOUNT,
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {"password": True, "devices": [{"kind": "virtual", "name": "alice-phone"}]},
                "bob": {"password": True, "devices": [{"kind": "hardware", "serial": "GAHT12345678"}]},
                "dana": {"password": True},
            },
            "devices": [{"kind": "hardware", "serial": "GAKT99999999"}],
        }
    },
    "keys": {ADMIN: {"account": ACCOUNT, "role": "infra"}},
}
ROSTER = f"""\
users:
  alice:
    - arn:aws:iam::{ACCOUNT}:mfa/alice-phone
  bob:
    - GAHT12345678
"""
GIT = "git init -q && git config user.name ops && git config user.email ops@example.com"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture
def shell(stack: Stack, box: Sandbox) -> Shell:
    """A repo whose roster is in force; alice has an access key too."""
    box.client().create_access_key(UserName="alice")
    stack.roster(ROSTER)
    (stack.folder / ".gitignore").write_text("*\n!roster.yaml\n")
    assert stack.up().code == 0
    env = {
        **stack.environment(),
        "TERM": "xterm-256color",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": box.url,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    found = Shell(stack.folder, env, lambda device: box.codes(device if device.isupper() else _arn(device)))
    assert found.run(f"{GIT} && git add -A && git commit -qm Begin") == ""
    return found


def _arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


@pytest.mark.parametrize(
    ("reason", "page", "printed", "same"),
    [
        ("the same but for the time", ("at 2026-01-31T12:00:00Z",), "at 2027-02-28T23:59:59Z\n", True),
        ("lines left out", ("…", "b", "…"), "a\nb\nc\nd\n", True),
        ("nothing to leave out", ("…", "b"), "b\n", True),
        ("a line too many", ("a",), "a\nb\n", False),
        ("a line too few", ("a", "b"), "a\n", False),
        ("another line", ("…", "b", "…"), "a\nbb\nc\n", False),
        ("another order", ("…", "b", "…", "a"), "a\nb\n", False),
        ("an error where nothing is said", (), "error\n", False),
    ],
)
def test_what_differs_from_the_page_is_seen(reason: str, page: tuple[str, ...], printed: str, same: bool) -> None:
    assert (differs(Command("x", page), printed) is None) is same, reason


@pytest.mark.deep
@pytest.mark.timeout(600)  # eight runs of the engine in a row
def test_the_commands_print_what_the_page_says(shell: Shell, box: Sandbox) -> None:
    page = chapters(PAGE)
    assert len(page) == 5
    wrong = [differs(command, shell.run(command.line)) for commands in page.values() for command in commands]
    assert not any(wrong), "\n\n".join(filter(None, wrong))
    assert box.holders() == {"dana": [_arn("dana-phone")], "bob": ["GAKT99999999"]}
