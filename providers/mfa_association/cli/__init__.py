"""The ``mfa-association`` command: the only place with argument parsing and exit codes. One file a command."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence

from mfa_association.cli.process import INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (process.py). Ctrl-C is no traceback, not even while it still loads."""
    # What is left goes with the process: to look through it for garbage was a fifth of a command's time.
    atexit.register(gc.freeze)
    try:
        from mfa_association.cli.command_line import run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
