"""The package as others use it: a wheel in an empty virtualenv outside the checkout, and three lines of program."""

from __future__ import annotations

import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.roster import schema
from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES
from tests.support.stack import ACCOUNT, Stack
from tests.support.wheel import pins, run

pytestmark = pytest.mark.deep  # what is installed comes from the package index


@pytest.fixture(scope="session")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an empty virtualenv into which only the wheel and what it needs was installed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True)
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile"]
    run(*pip, "--constraint", str(pins(folder)), str(wheel), cwd=folder)
    return folder / "venv" / "bin"


@pytest.fixture
def elsewhere(scripts: Path, box: Sandbox, home: Path, tmp_path: Path) -> Iterator[Stack]:
    """A stack whose Python is that virtualenv's."""
    (tmp_path / "project").mkdir()
    yield Stack(tmp_path / "project", home, box.url, scripts=scripts)


def test_the_wheel_alone_runs_the_readmes_program(elsewhere: Stack, box: Sandbox) -> None:
    elsewhere.lines(dave=[DAVES])
    done = elsewhere.up()
    assert done.code == 0, done.text
    elsewhere.roster("allow_empty: true\n")
    done = elsewhere.up()
    assert done.code == 0, done.text
    assert not box.holders(ACCOUNT).get("dave")


def test_the_installed_package_comes_from_the_wheel(scripts: Path) -> None:
    where = run(
        str(scripts / "python"), "-I", "-c", "import mfa_association; print(mfa_association.__file__)", cwd=scripts
    )
    assert str(scripts.parent) in where


def test_the_command_works_and_says_what_the_sandbox_needs(scripts: Path) -> None:
    assert run(str(scripts / "mfa-association"), "schema") == schema()
    done = subprocess.run([scripts / "mfa-association", "sandbox"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "install it with `pip install 'mfa-association[sandbox]'`" in done.stderr
    assert "Traceback" not in done.stderr
