"""The example for Terraform and OpenTofu does what its README says, in its words, with nothing but this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import RemoteSandbox

EXAMPLE = Path(__file__).parents[2] / "examples" / "terraform"
README = (EXAMPLE / "README.md").read_text()
COMMANDS = re.findall(r"^\$ (.+)$", README.partition("## Try it")[2].partition("\n## ")[0], re.MULTILINE)
DEFAULT = "4566"
ACCOUNT = "111122223333"
SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def port() -> str:
    """A free one: other tests play AWS meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def environment(program: Path, tmp_path: Path) -> dict[str, str]:
    """A user with a new home; `terraform` is the engine's name in the README."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "terraform").symlink_to(program)
    return {
        "PATH": f"{tmp_path}/bin{os.pathsep}{SCRIPTS}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(tmp_path),
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_ARGS_apply": "-auto-approve -no-color",
        "TF_CLI_ARGS_plan": "-no-color",
    }


@pytest.fixture
def folder(environment: dict[str, str], port: str, tmp_path: Path) -> Iterator[Path]:
    """A copy of the example, and the sandbox as its README starts it."""
    copy = shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (command,) = [command for command in COMMANDS if " sandbox " in command]
    command = f"{command} --port {port}"
    with subprocess.Popen(command.split(), cwd=copy, env=environment, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout
        assert f"127.0.0.1:{port}" in sandbox.stdout.readline()
        yield copy
        sandbox.terminate()


def _type(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.deep
def test_the_readme_can_be_followed(folder: Path, port: str, environment: dict[str, str]) -> None:
    said: dict[str, str] = {}
    for command in COMMANDS:
        if command.startswith("export "):
            environment.update(re.findall(r"(\w+)=(\S+)", command.replace(DEFAULT, port)))
        elif not command.startswith("pip ") and " sandbox " not in command:
            said[f"{len(said)} {command}"] = _type(command, folder, environment)
    (install, doctor, _init, adopted, _sed, planned, applied) = said.values()
    assert install.count("written: ") == 2 and "wrong: " not in doctor
    assert "3 added, 0 changed, 0 destroyed" in adopted
    assert 'mfa_device_association.device["mfa/alice-phone"] will be destroyed' in planned
    assert "0 to add, 0 to change, 1 to destroy" in planned
    assert "0 added, 0 changed, 1 destroyed" in applied
    box = RemoteSandbox(f"http://127.0.0.1:{port}")
    assert box.holders(ACCOUNT) == {
        "alice": [f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/yubikey-EXAMPLE"],
        "bob": ["GAHT12345678"],
    }
    roster = folder / "roster.yaml"
    roster.write_text(roster.read_text().partition("  bob:")[0])
    refused = subprocess.run(["terraform", "plan"], cwd=folder, env=environment, capture_output=True, text=True)
    assert refused.returncode == 1, "bob's token is his last device, and its line says refuse: the plan fails"
    assert "on_last_device" in refused.stdout + refused.stderr


def test_it_says_what_it_needs() -> None:
    assert 'required_version = ">= 1.8"' in (EXAMPLE / "main.tf").read_text()
    assert "Terraform 1.8 or newer" in README
