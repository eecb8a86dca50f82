"""The first day: README's own lines, typed in an empty folder by somebody whose account has 221 devices.

In Python, in YAML and with Terraform. What is on no package index and in no registry comes from this checkout.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.bridged import PLUGIN
from tests.support.stack import ACCOUNT, ADMIN, environment
from tests.support.terminal import Bench, Terminal
from tests.support.wheel import ROOT, pins

DEVICES = 221
REPOSITORY = "https://github.com/mfa-association/mfa-association"
TEMPLATE = f"{REPOSITORY}/tree/main/template"
FROM_REPOSITORY = f" @ git+{REPOSITORY}"
READS = ("Get", "List")
PYTHON = Path(sys.base_prefix) / "bin"
OLD_HOST = "[ -e .venv ] || ln -s . .venv"
"""The language host that is built where Pulumi cannot be downloaded knows no options: its virtualenv is the folder."""
INSTALLING = 400
UP = "\x1b[A"
pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]  # what is installed comes from the package index


def lines(introduced: str) -> list[str]:
    """What README says to type for an account that has users already, in the block that these words introduce."""
    section = (ROOT / "README.md").read_text().partition("\nFor an account that has users already")[2]
    found = re.search(r"```console\n(.*?)^```$", section.partition(introduced)[2], re.MULTILINE | re.DOTALL)
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
    assert f"mfa-association{FROM_REPOSITORY}" in text.splitlines()
    requirements.write_text(text.replace(FROM_REPOSITORY, f" @ {wheel.as_uri()}"))
    return folder


@pytest.fixture
def bench(box: Sandbox, home: Path, tmp_path: Path) -> Bench:
    """An empty folder, credentials, and a Python that has nothing of ours."""
    (tmp_path / "state").mkdir()
    folder = tmp_path / "mfa"
    folder.mkdir()
    passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    env = {
        **passed,
        **environment(home, ADMIN, (tmp_path / "state").as_uri(), PYTHON),
        "TERM": "xterm-256color",
        "AWS_ENDPOINT_URL": box.url,
        "CHECKPOINT_DISABLE": "1",
        "PIP_CONSTRAINT": str(pins(tmp_path)),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return Bench(folder, env, ["bash", "-ec"])


@dataclass(frozen=True)
class FirstDay:
    """Types a block of README and a last line that fails if anything is left to do; AWS is only read."""

    bench: Bench
    box: Sandbox
    wheel: Path
    template: Path

    def play(self, introduced: str, engine: Path, answers: Callable[[Terminal], None], nothing_to_do: str) -> str:
        """What all of it said. ``answers``: somebody who answers the engine's questions."""
        script = "\n".join([*lines(introduced), nothing_to_do])
        assert TEMPLATE in script or FROM_REPOSITORY in script
        script = script.replace(f"{TEMPLATE}\n", f"{self.template}\n{OLD_HOST}\n")
        script = script.replace(FROM_REPOSITORY, f" @ {self.wheel.as_uri()}")
        path = os.pathsep.join([str(PYTHON), str(engine.parent), self.bench.env["PATH"]])
        bench = replace(self.bench, env={**self.bench.env, "PATH": path})
        with bench.terminal(script, size=(200, 50)) as terminal:
            answers(terminal)
            assert terminal.ended() == 0, terminal.text
        assert f"roster.yaml: {DEVICES} devices added, {DEVICES} declared" in terminal.text
        assert self.box.calls() and all(call.startswith(READS) for call in self.box.calls())
        return terminal.text


@pytest.fixture
def first_day(bench: Bench, box: Sandbox, wheel: Path, template: Path) -> FirstDay:
    return FirstDay(bench, box, wheel, template)


def answer(terminal: Terminal, question: str, text: str = "") -> None:
    """Answer one of the engine's questions, or take what it suggests."""
    terminal.until(question, patience=INSTALLING)
    terminal.type(f"{text}\r")


def test_in_python(first_day: FirstDay, pulumi: Path) -> None:
    def answers(terminal: Terminal) -> None:
        answer(terminal, "roject name")
        answer(terminal, "roject description")
        answer(terminal, "tack name")
        answer(terminal, "aws:allowedAccountIds", ACCOUNT)
        answer(terminal, "aws:region")
        terminal.until(f"{DEVICES} imported", patience=INSTALLING)
        answer(terminal, "Do you want to perform this update", UP)

    said = first_day.play("In Python:", pulumi, answers, "pulumi preview --expect-no-changes")
    assert f"{DEVICES + 1} unchanged" in said
    settings = (first_day.bench.folder / "Pulumi.dev.yaml").read_text()
    assert f'aws:allowedAccountIds: "{ACCOUNT}"' in settings


@pytest.mark.deep
def test_in_yaml(first_day: FirstDay, bridge: Path) -> None:
    """Pulumi's plugin comes from here; `pulumi install` would download it."""
    install = ["pulumi", "plugin", "install", "resource", *PLUGIN, "--file", str(bridge)]
    subprocess.run(install, env=first_day.bench.env, check=True, timeout=60)
    said = first_day.play(
        "In YAML:",
        bridge,
        lambda terminal: answer(terminal, "Do you want to perform this update", UP),
        "pulumi preview --expect-no-changes",
    )
    assert f"{DEVICES + 1} created" in said and f"{DEVICES + 1} unchanged" in said


def test_with_terraform(first_day: FirstDay, terraform: Path) -> None:
    said = first_day.play(
        "With Terraform",
        terraform,
        lambda terminal: answer(terminal, "Enter a value:", "yes"),
        "terraform plan -detailed-exitcode",
    )
    assert f"Apply complete! Resources: {DEVICES} imported, 0 added, 0 changed, 0 destroyed." in said
    assert "found no differences, so no changes are needed" in said
