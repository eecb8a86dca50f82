"""The Chromium of this machine: what draws the pictures of the docs, and what the HTML report is tested in.

It is the system's, never made here: a build takes hours, and a browser of last year would test nothing.
"""

import os
import shutil
from pathlib import Path

from kept import NoProgram

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking")


def find() -> Path | None:
    """Its path, if there is one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def flags(folder: str) -> list[str]:
    """What it is started with; ``folder`` holds its profile. Root may use it only without its own sandbox."""
    return [*FLAGS, f"--user-data-dir={folder}/profile", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


class Chromium:
    """It among the programs that tests drive (tests/support/engines.py)."""

    title = "Chromium"

    @property
    def name(self) -> str:
        """As it is called here."""
        found = find()
        return found.name if found else NAMES[0]

    def ensure(self) -> Path:
        """The folder that holds it; raises NoProgram."""
        found = find()
        if found is None:
            raise NoProgram("No Chromium: install your system's package chromium, and run this again.")
        return found.absolute().parent


CHROMIUM = Chromium()
