"""Run the unit tests with the lowest versions that pyproject.toml allows, so that its ranges stay true.

On the oldest Python from 3.10 on that this machine has; the virtualenv is kept in the cache until pyproject.toml changes.
What the linters and builders are is not tried: `make lint` and `make dist-terraform` use the pinned ones.
"""

import re
import subprocess
import sys

from pythons import ROOT, VERSIONS, interpreter, run_tests, virtualenv
from running import say

NOT_TRIED = re.compile(r"(build|import-linter|mypy|pip|pyinstaller|pyinstaller-hooks-contrib|ruff|setuptools|zizmor)==")
EXTRAS = ("github", "gitlab", "sandbox", "terraform", "dev")


def lowest(version: str) -> str:
    """The pins: the lowest of what pyproject.toml names, the newest of what those need."""
    command = ["uv", "pip", "compile", "--quiet", "--resolution", "lowest-direct", "--python-version", version]
    command += ["--no-header", "--no-annotate", "--no-emit-package", "mfa-association"]
    command += [*(f"--extra={extra}" for extra in EXTRAS), "pyproject.toml"]
    asked = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return "".join(line for line in asked.stdout.splitlines(keepends=True) if not NOT_TRIED.match(line))


def main(arguments: list[str]) -> int:
    """Exit code 1 if a test failed or the versions cannot be had."""
    found = ((version, interpreter(version)) for version in VERSIONS)
    version, python = next(((version, python) for version, python in found if python), ("", ""))
    try:
        key = (ROOT / "pyproject.toml").read_text()
        folder = virtualenv("lowest", version, python, key, lambda: lowest(version))
    except subprocess.CalledProcessError as failure:
        say(f"The lowest versions cannot be installed: exit code {failure.returncode}.")
        return 1
    say(f"The lowest versions, on Python {version} ({python}):")
    return 0 if run_tests(folder, arguments) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
