"""A fresh company for every test, or a sandbox with commands against it: piped, or in a terminal of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.aws.session import open_session
from mfa_association.sandbox import Sandbox
from tests.support.company import firm
from tests.support.in_process import answered_in_process
from tests.support.no_waiting import readers_do_not_sleep
from tests.support.terminal import Bench, Here

__all__ = ["firm"]
ACCOUNT = "111122223333"
KEY = "ASIASANDBOXADMIN0000"
TOKEN = "GAHT12345678"
SEED = {
    "default_account": ACCOUNT,
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {"password": True},
                "bob": {"devices": [{"kind": "hardware", "serial": TOKEN}]},
                "carol": {"password": True, "devices": [{"kind": "virtual", "name": "carol-phone"}]},
            },
            "devices": [{"kind": "hardware", "serial": "GAKT99999999"}],
        }
    },
    "keys": {KEY: {"account": ACCOUNT, "role": "infra"}},
}
ROSTER = f"""\
# who may hold which device
users:
  bob:
    - {TOKEN}  # the grey one
  carol:
    - arn:aws:iam::{ACCOUNT}:mfa/carol-phone
"""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(SEED) as sandbox, answered_in_process(sandbox):
        yield sandbox


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Here]:
    """The command in this process, which is ten times as fast."""
    for name, value in bench.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(bench.folder)
    open_session.cache_clear()
    with readers_do_not_sleep():
        yield Here(monkeypatch, capsys)
    open_session.cache_clear()


@pytest.fixture
def bench(box: Sandbox, tmp_path: Path) -> Bench:
    """A folder with a roster, and the command."""
    (tmp_path / "roster.yaml").write_text(ROSTER)
    passed = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "TMPDIR") if name in os.environ}
    env = {
        **passed,
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
        "PYTHONIOENCODING": "utf-8",
        "AWS_ENDPOINT_URL": box.url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return Bench(tmp_path, env, [sys.executable, "-m", "mfa_association.cli"])
