"""All commands, and what their errors look like."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from mfa_association.cli.options import spelled
from mfa_association.cli.process import BROKEN, MISUSED
from mfa_association.cli.version import ShowVersions
from mfa_association.errors import MfaError

COMMANDS = (
    "adopt",
    "check",
    "schema",
    "status",
    "drift",
    "review",
    "comment",
    "enroll",
    "revoke",
    "terraform",
    "program",
    "convert",
    "sandbox",
    "completion",
)
"""Modules beside this one, in the order in which ``--help`` lists them."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (process.py)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    named = [name for name in arguments[:1] if name in COMMANDS]
    try:
        whole = parser(named or COMMANDS)
        options = whole.parse_args(arguments)
        if "command" not in options:
            whole.print_help(sys.stderr)
            return MISUSED
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


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """What reads a command line with these commands. Only their modules are imported: all take half a second."""
    parser = argparse.ArgumentParser(
        prog="mfa-association", description="Who holds which AWS MFA device, as infrastructure code."
    )
    parser.add_argument("--version", action=ShowVersions, help="show the versions of this and of the engines found")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in names:
        importlib.import_module(f"mfa_association.cli.{name}").add_to(commands)
    return parser
