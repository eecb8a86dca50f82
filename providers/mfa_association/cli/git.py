"""How git is asked: nothing that a repository configures is run, and nobody is asked for anything."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import Final

# No pager, no monitor of files, no objects in place of others.
_GIT: Final = ("git", "--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false")
_ENVIRONMENT: Final = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def git(
    *arguments: str, seconds: float, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    """What git says in so many seconds; None where it cannot be run or does not end."""
    try:
        return subprocess.run(
            [*_GIT, *arguments],
            env={**os.environ, **_ENVIRONMENT, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
