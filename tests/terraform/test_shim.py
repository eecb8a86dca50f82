"""The shim as engines start it: same bytes everywhere, one line where it cannot serve."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mfa_association.terraform.shim import PROVIDER, PROVIDER_PATH_ENV, answer, shim


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / f"{PROVIDER}_v1.2.3"
    file.write_bytes(shim("1.2.3"))
    file.chmod(0o755)
    return file


def _provider(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text('#!/bin/sh\necho "$0 $@"\n')
    path.chmod(0o755)
    return path


def _start(script: Path, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{path}{os.pathsep}/usr/bin{os.pathsep}/bin", **environment}
    return subprocess.run([script], env=env, capture_output=True, text=True, check=False)


def test_it_starts_what_is_on_path_and_says_which_release_is_locked(script: Path, tmp_path: Path) -> None:
    provider = _provider(tmp_path / "venv" / PROVIDER)
    assert _start(script, provider.parent).stdout == f"{provider} --release 1.2.3\n"


def test_the_environment_may_name_another(script: Path, tmp_path: Path) -> None:
    _provider(tmp_path / "venv" / PROVIDER)
    other = _provider(tmp_path / "a place" / "provider")
    assert _start(script, tmp_path / "venv", **{PROVIDER_PATH_ENV: str(other)}).stdout == f"{other} --release 1.2.3\n"


def test_without_a_provider_the_first_line_of_stdout_says_what_to_do(script: Path, tmp_path: Path) -> None:
    done = _start(script, tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "mfa-association: starting the provider: terraform-provider-mfa is not on PATH; activate its virtualenv or set "
        "MFA_ASSOCIATION_PROVIDER to its path, `mfa-association terraform doctor` tells more\n"
    )


def test_it_names_nothing_of_this_machine(tmp_path: Path) -> None:
    text = shim("1.2.3").decode()
    assert str(Path.home()) not in text
    assert "python" not in text
    assert text == shim("1.2.3").decode() != shim("1.2.4").decode()


@pytest.mark.parametrize(
    ("arguments", "told", "reason"),
    [
        ([], None, "started by hand or by dev_overrides: nothing is locked"),
        (["--release", "1.2.3"], None, "the locked release is the installed one"),
        (["--version"], "mfa-association 1.2.3", "what the doctor asks"),
        (
            ["--release", "1.2.2"],
            "mfa-association: starting the provider: 1.2.2 is locked and 1.2.3 is installed; install "
            "mfa-association==1.2.2, or run `mfa-association terraform install` and `init -upgrade`",
            "another release than the one whose hash is locked",
        ),
    ],
)
def test_what_the_provider_answers_instead_of_serving(arguments: list[str], told: str | None, reason: str) -> None:
    assert answer(arguments, "1.2.3") == told, reason
    # A line with three bars would be taken for a handshake.
    assert "|" not in (told or "")
