"""``mfa-association review``: who loses an MFA device by a change, and who gains one."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from mfa_association.cli.changed import Changed, changed_since
from mfa_association.cli.options import ROSTER, add_connection, connection, sign_in
from mfa_association.cli.output import progress
from mfa_association.cli.process import BROKEN, FOUND, OK
from mfa_association.cli.review_rosters import Rosters, read_rosters
from mfa_association.errors import MfaError
from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Live
from mfa_association.review.findings import RISKS, Report
from mfa_association.review.gate import FailOn, closed_by, not_reviewed
from mfa_association.review.gitlab_terraform import to_gitlab_terraform
from mfa_association.review.markdown import to_markdown
from mfa_association.review.model import Preview
from mfa_association.review.parse import parse
from mfa_association.review.report_json import to_json
from mfa_association.review.sarif import to_sarif
from mfa_association.review.text import to_text
from mfa_association.validation import check_role_arn

_FORMATS = ("text", "markdown", "json", "sarif", "gitlab-terraform")
_DESCRIPTION = """
Say who loses an MFA device by a change, and who gains one. Reads what `pulumi preview --json --show-sames
--show-replacement-steps`, `terraform show -json PLAN` or `tofu show -json PLAN` wrote. Nothing in AWS is changed.
Exit code: 0 assessed, 1 could not assess, 3 assessed and the gate is closed.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("review", help="say who loses a device by a change", description=_DESCRIPTION)
    parser.add_argument("preview", metavar="FILE", help="the preview or plan as JSON; - for standard input")
    parser.add_argument("--exit-code", type=int, metavar="N", help="how the preview ended")
    parser.add_argument("--key", metavar="NAME", help="what to call the stack (Pulumi: PROJECT/STACK; else: terraform)")
    parser.add_argument(
        "--roster", metavar="FILE", help=f"the roster of the change, for the lines of new devices ({ROSTER})"
    )
    parser.add_argument(
        "--roster-base", metavar="FILE", help="the roster before the change, for the lines that go (git is asked)"
    )
    parser.add_argument(
        "--author",
        action="append",
        metavar="NAME",
        help="who wrote the change, once for each author: a device that they give themselves is rated higher",
    )
    parser.add_argument("--base", metavar="REF", help="name the files that changed since this commit (asks git)")
    parser.add_argument("--commit", metavar="SHA", help="commit to name in the comment")
    parser.add_argument("--live", action="store_true", help="ask AWS what the holders have (reads only)")
    parser.add_argument("--apply-as", metavar="ARN", help="role that applies changes: look for what it may not do")
    _add_gate(parser)
    parser.add_argument("--format", choices=_FORMATS, default="text", help="the form of the report (text)")
    parser.add_argument("--output", metavar="FILE", help="where to write it (standard output)")
    add_connection(parser)
    parser.set_defaults(command=_run)


def _add_gate(parser: argparse.ArgumentParser) -> None:
    gate = parser.add_argument_group("gate")
    gate.add_argument(
        "--fail-on",
        choices=get_args(FailOn),
        default="critical",
        help="exit 3 if a finding is as bad as this, or worse (critical)",
    )
    gate.add_argument(
        "--max-removals", type=_number, metavar="N", help="exit 3 if more devices go than this (the configured limit)"
    )
    gate.add_argument("--code-risk", choices=RISKS[:-1], help="the risk of changed code (it is only named)")
    gate.add_argument(
        "--reviewed", metavar="PATH", help="exit 3 if there is more than this JSON review says, or a folder of them"
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("must be a whole number")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    preview, rosters = parse(_read(options.preview), options.key, options.exit_code), read_rosters(options)
    live = _look(preview, options, rosters) if options.live and preview.failure is None else None
    report = _classified(preview, live, options, rosters)
    try:
        causes = _causes(report, options)
    except MfaError as fault:
        _write(_rendered(report, [str(fault)], options, rosters.shown), options.output)
        raise
    _write(_rendered(report, causes, options, rosters.shown), options.output)
    return _code(report, causes)


def _classified(preview: Preview, live: Live | None, options: argparse.Namespace, rosters: Rosters) -> Report:
    """The report. A faulty roster of the change is told by it, so that the comment tells too; one before it is past."""
    if rosters.fault:
        return classify(replace(preview, failure=preview.failure or rosters.fault))
    try:
        changed = _changed(options)
    except MfaError as fault:
        return classify(replace(preview, failure=preview.failure or str(fault)))
    context = Context(
        live,
        base=rosters.lines(rosters.before),
        head=rosters.lines(rosters.after),
        author=options.author,
        files=changed.files,
        code_risk=options.code_risk,
        former_limit=changed.limit,
        required=rosters.required,
        formerly_required=rosters.formerly_required,
    )
    return classify(preview, context)


def _changed(options: argparse.Namespace) -> Changed:
    """What git tells of the change; nothing where nobody asked."""
    if options.base is None:
        return Changed()
    return changed_since(options.base, tuple(path for path in (options.roster, options.roster_base) if path))


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as fault:
        raise MfaError(f"reading the preview ({path}): {fault.strerror}; nothing was assessed") from None


def _look(preview: Preview, options: argparse.Namespace, rosters: Rosters) -> Live:
    """What AWS says of everybody the change affects."""
    from mfa_association.review.live import read_live

    applier = options.apply_as and check_role_arn(options.apply_as, "--apply-as")
    sign_in(options)
    with progress() as tell:
        asked = rosters.required is not None
        return read_live(connection(options), preview, apply_as=applier, progress=tell, certifications=asked)


def _rendered(report: Report, causes: list[str], options: argparse.Namespace, roster: str) -> str:
    if options.format == "json":
        return to_json(report)
    if options.format == "markdown":
        return to_markdown(report, options.commit)
    if options.format == "sarif":
        return to_sarif(report, roster)
    if options.format == "gitlab-terraform":
        return to_gitlab_terraform(report)
    terminal = options.output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else 200
    return to_text(report, causes, colour=terminal and "NO_COLOR" not in os.environ, width=width)


def _write(text: str, path: str | None) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise MfaError(f"writing the review ({path}): {fault.strerror}; correct the path and run again") from None


def _reviews(given: str) -> dict[str, str]:
    """The JSON reviews at a path; a shell's empty variable is none. Raises ``MfaError``."""
    path = Path(given or "(no path)")
    try:
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        return {str(file): file.read_text(encoding="utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as fault:
        cause = fault.strerror if isinstance(fault, OSError) else "the text is not UTF-8"
        raise MfaError(f"reading what was reviewed ({path}): {cause}; nothing in it counts as reviewed") from None


def _causes(report: Report, options: argparse.Namespace) -> list[str]:
    """Why the gate is closed. Raises ``MfaError`` where what was reviewed cannot be read."""
    if report.failure is not None:
        return []
    causes = closed_by(report, options.fail_on, options.max_removals)
    return causes if options.reviewed is None else [*causes, *not_reviewed(report, _reviews(options.reviewed))]


def _code(report: Report, causes: list[str]) -> int:
    if report.failure is not None:
        print(f"mfa-association: could not assess: {report.failure}", file=sys.stderr)
        return BROKEN
    for cause in causes:
        print(f"mfa-association: the gate is closed: {cause}", file=sys.stderr)
    return FOUND if causes else OK
