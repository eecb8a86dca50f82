"""``mfa-association convert``: a stack export handed over from the dynamic provider to Pulumi's bridge, or back."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from mfa_association.cli.output import counted
from mfa_association.cli.process import OK
from mfa_association.errors import MfaError
from mfa_association.roster import RosterFile, write_file

_ABOUT = """
Turn the devices of a stack export into those of Pulumi's bridge (YAML, TypeScript, Go, ...), or back into those of the
dynamic provider (Python). AWS is not called and no device changes. Import the result into the same stack.
Exit code: 0 done, 1 refused.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("convert", help="hand a Pulumi stack over to another language", description=_ABOUT)
    parser.add_argument("export", metavar="EXPORT", help="what `pulumi stack export --file EXPORT` wrote")
    parser.add_argument("--to", required=True, choices=("bridge", "dynamic"), help="the provider that is to serve it")
    parser.add_argument("--output", required=True, metavar="FILE", help="the new export")
    parser.set_defaults(command=_convert)


def _convert(options: argparse.Namespace) -> int:
    from mfa_association.pulumi.convert import convert

    source, target = Path(options.export), Path(options.output)
    if target.exists():
        raise MfaError(f"writing ({target}): the file is there already; nothing was written, name a new one")
    made, number = convert(_read(source), options.to)
    write_file(RosterFile(target, None), json.dumps(made, indent=4) + "\n")
    print(f"{target}: {counted(number, 'device')}, for `pulumi stack import --file {target}`")
    return OK


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise MfaError(f"reading ({path}): {fault.strerror}; nothing was written, correct the path") from None
    except (ValueError, RecursionError):
        raise MfaError(f"reading ({path}): it is not JSON; nothing was written, export the stack again") from None
    if not isinstance(found, dict):
        raise MfaError(f"reading ({path}): it is no stack export; nothing was written, export the stack again")
    return found
