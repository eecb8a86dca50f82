"""``mfa-association sandbox``: a local AWS for trying and testing."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mfa_association.cli.process import OK
from mfa_association.errors import MfaError

# All of the extra: the sandbox loads some of it only when the first call needs it.
_NEEDS = ("flask", "flask_cors", "moto")


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sandbox", help="run a local AWS that obeys IAM's MFA rules")
    parser.description = "Run a local AWS that obeys IAM's MFA rules, until Ctrl-C. Nothing is stored."
    parser.add_argument("--port", type=_port, default=4566, help="port on 127.0.0.1 (0: any free one; default 4566)")
    parser.add_argument(
        "--seed", type=Path, metavar="FILE", help="YAML file of accounts, users and devices to begin with"
    )
    parser.set_defaults(command=_run)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    for module in _NEEDS:
        if find_spec(module) is None:
            advice = "install it with `pip install 'mfa-association[sandbox]'`"
            raise MfaError(f"starting the sandbox: the Python package {module} is missing; {advice}")
    from mfa_association.sandbox import SeedFault, serve

    try:
        serve(options.port, options.seed)
    except SeedFault as fault:
        raise MfaError(f"starting the sandbox: {fault}; correct the seed file") from None
    except OSError as fault:
        cause = f"port {options.port} on 127.0.0.1 cannot be used: {fault.strerror}"
        raise MfaError(f"starting the sandbox: {cause}; choose another with --port") from None
    return OK
