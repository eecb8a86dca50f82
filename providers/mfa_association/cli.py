"""The ``mfa-association`` command: the only place with argument parsing and exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mfa_association import __version__
from mfa_association.errors import MfaError

OK, BROKEN, INTERRUPTED = 0, 1, 130
# All of the extra: the sandbox loads some of it only when the first call needs it.
_SANDBOX_NEEDS = ("flask", "flask_cors", "moto", "segno")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0 done, 1 refused or broken input, 130 interrupted)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except MfaError as fault:
        print(f"mfa-association: {fault}", file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mfa-association", description="Who holds which AWS MFA device, as infrastructure code."
    )
    parser.add_argument("--version", action="version", version=f"mfa-association {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_sandbox(commands.add_parser("sandbox", help="run a local AWS that obeys IAM's MFA rules"))
    return parser


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.description = "Run a local AWS that obeys IAM's MFA rules, until Ctrl-C. Nothing is stored."
    parser.add_argument("--port", type=_port, default=4566, help="port on 127.0.0.1 (0: any free one; default 4566)")
    parser.add_argument(
        "--seed", type=Path, metavar="FILE", help="YAML file of accounts, users and devices to begin with"
    )
    parser.set_defaults(command=_sandbox)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def _sandbox(options: argparse.Namespace) -> int:
    for module in _SANDBOX_NEEDS:
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


if __name__ == "__main__":
    sys.exit(main())
