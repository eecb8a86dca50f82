"""Run the unit tests on every other Python from 3.10 on that this machine has, each in a virtualenv kept in the cache.

The unit tests are those of `make unit` that are about the package. Those that drive an engine run on one Python: `make test`, `make test-deep`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from kept import cache_folder
from running import say

ROOT = Path(__file__).parent.parent
UNIT = "not deep and not engine"
LEFT_OUT = ("tests/tools", "tests/examples", "tests/histories", "tests/review/soundness")
"""What is about this repo and not the package, and random histories of it: on one Python, by `make test`."""
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
# 500 MB of generated types that only programs of engines import.
NOT_INSTALLED = "pulumi-aws"


def interpreter(version: str) -> str | None:
    """This Python's path: the one on PATH, or pyenv's newest; None if there is none that starts."""
    name = f"python{version}"
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    candidates = [shutil.which(name), *(str(path) for path in reversed(kept))]
    return next((real for path in candidates if path and (real := _real(path))), None)


def _real(python: str) -> str | None:
    """Where this Python is; pyenv puts a shim on PATH for every version, whether it starts or not."""
    asked = subprocess.run(
        [python, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def requirements() -> str:
    """The pins of both files, without the project itself: its source is on PYTHONPATH."""
    lines = [line for name in ("requirements.txt", "requirements-dev.txt") for line in (ROOT / name).open()]
    return "".join(line for line in lines if re.match(r"\w", line) and not line.startswith(f"{NOT_INSTALLED}=="))


def virtualenv(title: str, version: str, python: str, key: str, pins: Callable[[], str]) -> Path:
    """A virtualenv of this Python with these pins, made if there is none for the key; a stamp tells it was finished."""
    digest = hashlib.sha256((python + key).encode()).hexdigest()[:12]
    folder = cache_folder() / "venvs" / f"{title}-python{version}-{digest}"
    stamp = folder / "installed"
    if not stamp.exists():
        say(f"Python {version}: installing the {title} requirements (about 15 s, 300 MB) ...")
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        (folder / "pins.txt").write_text(pins())
        command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-compile"]
        subprocess.run([*command, "--no-deps", "-r", str(folder / "pins.txt")], check=True)
        stamp.touch()
    return folder


def run_tests(folder: Path, arguments: list[str]) -> bool:
    """Run the unit tests in this virtualenv; tell whether they passed."""
    command = [
        str(folder / "bin/python"),
        "-m",
        "pytest",
        "-n",
        "auto",
        "--dist",
        "worksteal",
        "-p",
        "no:cacheprovider",
    ]
    command += ["-m", UNIT, *(f"--ignore={folder}" for folder in LEFT_OUT), *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "providers"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def tested(version: str, python: str, arguments: list[str]) -> bool:
    """Run the unit tests on this Python; tell whether they passed."""
    pins = requirements()
    try:
        folder = virtualenv("pinned", version, python, pins, lambda: pins)
    except subprocess.CalledProcessError:
        return False
    say(f"Python {version} ({python}):")
    return run_tests(folder, arguments)


def main(arguments: list[str]) -> int:
    """Test on every Python found but this one, which `make test` has; say which were not; exit code 1 if any failed.

    ``--newest``: on the newest alone. `make test-lowest` has the oldest, so that the ends are tried in a change's time.
    """
    newest, arguments = "--newest" in arguments, [one for one in arguments if one != "--newest"]
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = [version for version in VERSIONS if version != this]
    found = {version: python for version in others if (python := interpreter(version))}
    if newest:
        found = dict(list(found.items())[-1:])
    failed = [version for version, python in found.items() if not tested(version, python, arguments)]
    missing = [version for version in others if version not in found]
    say(f"Tested on Python {', '.join(found) or 'none'}, besides {this}; not on: {', '.join(missing) or 'none'}.")
    if failed:
        say(f"Failed on Python {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
