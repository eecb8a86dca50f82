"""``mfa-association check``: whether rosters can be read, offline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from mfa_association import roster
from mfa_association.cli.annotations import annotation
from mfa_association.cli.options import ROSTER
from mfa_association.cli.output import counted
from mfa_association.cli.process import BROKEN, OK

_ABOUT = """
Read rosters and show each fault with its file and line. AWS is not called. A warning is no fault. Exit code: 0 no
roster has a fault, 1 at least one has.
"""


class _Remark(NamedTuple):
    """A fault, or a warning; ``line`` 0: of the whole file."""

    path: str
    line: int
    text: str
    level: str = "error"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="show the faults of a roster, offline", description=_ABOUT)
    parser.add_argument("rosters", metavar="ROSTER", nargs="*", default=[ROSTER], help=f"default: {ROSTER}")
    parser.add_argument(
        "--format",
        choices=("text", "github"),
        default="text",
        help="text, or github: annotations of the lines, in a step of GitHub Actions (default: text)",
    )
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    show = _annotate if options.format == "github" else _tell
    remarks = [remark for path in options.rosters for remark in _remarks(path)]
    for remark in remarks:
        show(remark)
    return BROKEN if any(remark.level == "error" for remark in remarks) else OK


def _remarks(path: str) -> Iterator[_Remark]:
    """All that there is to say of one roster; of one without a fault, how many devices it has is printed."""
    try:
        read = roster.load(path)
    except roster.RosterError as error:
        yield from (_Remark(path, line, text) for line, text in error.faults)
        return
    print(f"{path}: {counted(len(read.lines), 'device')}, no fault")
    yield from (_Remark(path, line, text, "warning") for line, text in read.warnings)


def _tell(remark: _Remark) -> None:
    label = "" if remark.level == "error" else f"{remark.level}: "
    print(f"{roster.place(remark.path, remark.line)}: {label}{remark.text}", file=sys.stderr)


def _annotate(remark: _Remark) -> None:
    place = {"file": remark.path} | ({"line": str(remark.line)} if remark.line else {})
    print(annotation(remark.level, remark.text, title="MFA roster", **place))
