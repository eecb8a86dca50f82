"""The ``mfa-association`` command: the only place with argument parsing and exit codes. One file a command."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_association.cli.process import INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (process.py). Ctrl-C is no traceback, not even while it still loads."""
    try:
        from mfa_association.cli.command_line import run

        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
