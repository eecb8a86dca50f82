"""The package as others install it: its wheel, with the versions that this repo pins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str, cwd: Path = ROOT) -> str:
    """Run a command that has to succeed; returns what it printed."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=280)
    assert done.returncode == 0, done.stdout
    return done.stdout


def build(folder: Path) -> Path:
    """Build the wheel of this checkout in a folder."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder))
    return next(folder.glob("*.whl"))


def pins(folder: Path) -> Path:
    """Write the pinned versions as a file of constraints for pip."""
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    (folder / "constraints.txt").write_text("\n".join(lines))
    return folder / "constraints.txt"
