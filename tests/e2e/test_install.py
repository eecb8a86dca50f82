"""The package as others use it: a wheel in an empty virtualenv outside the checkout, and three lines of program."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.roster import schema
from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES
from tests.support.stack import ACCOUNT, Stack

ROOT = Path(__file__).parents[2]


def run(*command: str, cwd: Path = ROOT) -> str:
    """Run a command that has to succeed; returns what it printed."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=280)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an empty virtualenv into which only the wheel and what it needs was installed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True)
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    (folder / "constraints.txt").write_text("\n".join(pins))
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile"]
    run(*pip, "--constraint", str(folder / "constraints.txt"), str(wheel), cwd=folder)
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
