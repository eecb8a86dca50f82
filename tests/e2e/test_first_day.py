"""The first day: README's own lines, typed in an empty folder by somebody whose account has 221 devices."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, ADMIN, environment
from tests.support.terminal import Bench, Terminal
from tests.support.wheel import ROOT, pins

DEVICES = 221
REPOSITORY = "https://github.com/mfa-association/mfa-association"
TEMPLATE = f"{REPOSITORY}/tree/main/template"
REQUIREMENT = f"mfa-association @ git+{REPOSITORY}"
READS = ("Get", "List")
OLD_HOST = "[ -e .venv ] || ln -s . .venv"
"""The language host that is built where Pulumi cannot be downloaded knows no options: its virtualenv is the folder."""


def lines() -> list[str]:
    """What README says to type for an account that has users already."""
    text = (ROOT / "README.md").read_text().partition("\nFor an account that has users already")[2]
    found = re.search(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return [line.removeprefix("$ ") for line in found[1].splitlines()]


def people() -> dict[str, Any]:
    """Mostly phones, some tokens and keys, and two devices of one user."""
    users: dict[str, Any] = {}
    for number in range(DEVICES - 1):
        phone = {"kind": "virtual", "name": f"phone-{number}"}
        token = {"kind": "hardware", "serial": f"GAHT{number:08}"}
        key = {"kind": "fido", "name": f"key-{number}", "id": f"ID{number}"}
        users[f"user-{number}"] = {
            "password": True,
            "devices": [token if number % 10 == 0 else key if number % 10 == 1 else phone],
        }
    users["user-2"]["devices"].append({"kind": "virtual", "name": "spare"})
    return users


@pytest.fixture
def box() -> Iterator[Sandbox]:
    seed = {"accounts": {ACCOUNT: {"users": people()}}, "keys": {ADMIN: {"account": ACCOUNT, "role": "infra"}}}
    with Sandbox(seed) as sandbox:
        yield sandbox


@pytest.fixture
def template(wheel: Path, tmp_path: Path) -> Path:
    """The template of this checkout, whose package comes from here too and not from the repository."""
    folder = tmp_path / "template"
    shutil.copytree(ROOT / "template", folder)
    requirements = folder / "requirements.txt"
    text = requirements.read_text()
    assert REQUIREMENT in text.splitlines()
    requirements.write_text(text.replace(REQUIREMENT, f"mfa-association @ {wheel.as_uri()}"))
    return folder


@pytest.fixture
def bench(box: Sandbox, pulumi: Path, home: Path, tmp_path: Path) -> Bench:
    """An empty folder, credentials, and a Python that has nothing of ours."""
    (tmp_path / "state").mkdir()
    folder = tmp_path / "mfa"
    folder.mkdir()
    passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    env = {
        **passed,
        **environment(home, ADMIN, (tmp_path / "state").as_uri(), Path(sys.base_prefix) / "bin"),
        "TERM": "xterm-256color",
        "AWS_ENDPOINT_URL": box.url,
        "PIP_CONSTRAINT": str(pins(tmp_path)),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return Bench(folder, env, ["bash", "-ec"])


def answer(terminal: Terminal, question: str, text: str = "") -> None:
    """Answer one of the engine's questions, or take what it suggests."""
    terminal.until(question)
    terminal.type(f"{text}\r")


@pytest.mark.timeout(600)  # what is installed comes from the package index
def test_readmes_lines_adopt_221_devices(bench: Bench, box: Sandbox, template: Path) -> None:
    new, *rest = lines()
    assert TEMPLATE in new
    script = "\n".join((new.replace(TEMPLATE, str(template)), OLD_HOST, *rest))
    with bench.terminal(script, size=(200, 50)) as terminal:
        answer(terminal, "roject name")
        answer(terminal, "roject description")
        answer(terminal, "tack name")
        answer(terminal, "aws:allowedAccountIds", ACCOUNT)
        answer(terminal, "aws:region")
        terminal.until(f"{DEVICES} imported", patience=400)
        answer(terminal, "Do you want to perform this update", "\x1b[A")
        assert terminal.ended() == 0, terminal.text
    assert f"roster.yaml: {DEVICES} devices added, {DEVICES} declared" in terminal.text
    assert f"{DEVICES + 1} unchanged" in terminal.text
    assert all(call.startswith(READS) for call in box.calls())
    assert f'aws:allowedAccountIds: "{ACCOUNT}"' in (bench.folder / "Pulumi.dev.yaml").read_text()
