"""Check every workflow of this repo and of its examples: actionlint for what GitHub would refuse, zizmor for security.

Both look at nothing but the files: no network, no shellcheck that one machine has and another has not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from judges import ACTIONLINT
from kept import NoProgram
from running import say

ROOT = Path(__file__).parent.parent
PLACES = (".github/workflows/*.y*ml", "examples/*/.github/workflows/*.y*ml", "examples/github/*.y*ml")


ACTION = "action.yml"
"""zizmor looks at it too; actionlint knows workflows alone."""
_UNKNOWN_TO_ACTIONLINT = (
    "-ignore",
    r'property "workflow_(sha|repository)" is not defined in object type \{check_run_id',
)
"""In GitHub's reference of contexts since April 2026: https://github.com/rhysd/actionlint/issues/647."""


def workflows() -> list[str]:
    """The files to check, from the repo's root."""
    return sorted(str(path.relative_to(ROOT)) for place in PLACES for path in ROOT.glob(place))


def _actionlint(files: Sequence[str]) -> int:
    """Its exit code; where it cannot be had, 1 in CI and one line elsewhere."""
    try:
        program = ACTIONLINT.ensure() / ACTIONLINT.name
    except NoProgram as refusal:
        say(f"Workflows were not checked with actionlint. {refusal}")
        return 1 if os.environ.get("CI") else 0
    groups: dict[Path, list[str]] = {}
    for file in files:
        groups.setdefault(_repository(file), []).append(file)
    command: list[str | Path] = [program, "-no-color", "-shellcheck=", "-pyflakes=", *_UNKNOWN_TO_ACTIONLINT]
    return max(_in_its_repository(command, root, group) for root, group in groups.items())


def _repository(file: str) -> Path:
    """The root of the repository that a workflow is part of once it is copied: it calls others from there."""
    return next((parent.parent for parent in Path(file).parents if parent.name == ".github"), Path())


def _in_its_repository(command: Sequence[str | Path], root: Path, files: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            copy = Path(folder, file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, copy)
        Path(folder, root, ".git").mkdir(exist_ok=True)
        return _run([*command, *files], Path(folder))


def _zizmor(files: Sequence[str]) -> int:
    return _run([Path(sys.executable).with_name("zizmor"), "--offline", "--quiet", "--no-progress", *files])


def _run(command: Sequence[str | Path], folder: Path | None = None) -> int:
    return subprocess.run(command, cwd=folder or ROOT, check=False).returncode


def main() -> int:
    """Run both, whatever the first says; exit code 1 if one found something or could not look."""
    files = workflows()
    try:
        found = [_actionlint(files), _zizmor([*files, *(name for name in (ACTION,) if (ROOT / name).exists())])]
    except KeyboardInterrupt:
        return 130
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
