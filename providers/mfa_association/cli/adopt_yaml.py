"""``adopt --yaml``: beside the roster, a Pulumi project in YAML whose program is the roster."""

from __future__ import annotations

from pathlib import Path

from mfa_association.cli.adopt_program import ProgramFiles, existing, refused
from mfa_association.cli.options import ROSTER
from mfa_association.terraform.bridge import COMPILER, PROJECT, project

HELP = f"write {PROJECT} beside the roster: a Pulumi project in YAML that reads the roster"


def yaml_files(roster: Path, account_id: str, region: str | None) -> ProgramFiles:
    """What to write so that a project in YAML reads this roster. Raises ``MfaError``; writes nothing."""
    path = roster.parent / PROJECT
    if _is_there(path):
        return ProgramFiles(sentences=(f"{path}: it was there already, and was not changed",))
    compiler = COMPILER if roster.name == ROSTER else f"{COMPILER} {roster.name}"
    told = f"{path}: the project that reads {roster}, for `pulumi install` and `pulumi up`"
    return ProgramFiles((existing(path, project(account_id, compiler, region)),), (told,))


def _is_there(path: Path) -> bool:
    """Whether the folder has a project that reads some roster. Raises ``MfaError`` for any other project."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError):
        before = ""
    if before is not None and COMPILER not in before:
        raise refused(path, "which does not read a roster")
    return before is not None
