"""The Chromium of this machine: what draws the pictures of the docs, and what the HTML report is tested in.

It is the system's, never made here: a build takes hours, and a browser of last year would test nothing.
"""

import os
import shutil
from pathlib import Path

from kept import Program

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking")


def find() -> Path | None:
    """Its path, if there is one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def flags(folder: str) -> list[str]:
    """What it is started with; ``folder`` holds its profile. Root may use it only without its own sandbox."""
    return [*FLAGS, f"--user-data-dir={folder}/profile", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _no_fault(program: Path) -> None:
    """Any that is here will do."""


CHROMIUM = Program(
    title="Chromium",
    name=(find() or Path(NAMES[0])).name,
    version="of-the-system",
    sources=(),
    fault=_no_fault,
    advice="your system's package chromium",
)
"""It among the programs that tests drive (tests/support/engines.py)."""
