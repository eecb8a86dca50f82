"""All commands, and what their errors look like."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from mfa_association import __version__
from mfa_association.cli import (
    adopt,
    check,
    comment,
    convert,
    drift,
    enroll,
    review,
    revoke,
    sandbox,
    status,
    terraform,
)
from mfa_association.cli.options import spelled
from mfa_association.cli.process import BROKEN
from mfa_association.errors import MfaError

# In the order in which `--help` lists them.
_COMMANDS = (adopt, check, status, drift, review, comment, enroll, revoke, terraform, convert, sandbox)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (process.py)."""
    options = _parser().parse_args(arguments)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
    except MfaError as fault:
        print(f"mfa-association: {fault.spelled(spelled)}", file=sys.stderr)
        return BROKEN
    except BrokenPipeError:
        return _unheard()
    return code


def _unheard() -> int:
    """Whoever read the output went away (``| head``); what is left must not fail once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mfa-association", description="Who holds which AWS MFA device, as infrastructure code."
    )
    parser.add_argument("--version", action="version", version=f"mfa-association {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
