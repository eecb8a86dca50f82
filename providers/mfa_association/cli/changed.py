"""What git tells of a change: which files it touches that are no rosters, and the limit that was configured before.

Git is asked, and nothing of the change is run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mfa_association import roster
from mfa_association.cli.git import git
from mfa_association.errors import MfaError

_SECONDS: Final = 60
_DIFF: Final = ("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "-z")


_LIMIT = re.compile(r"""max_?removals["']?\s*[:=]\s*(?:(?:value|default)\s*[:=]\s*)?["']?(\d{1,9})\b""", re.IGNORECASE)
"""`mfa:maxRemovals: 10` of a stack's file, `max_removals = 10` of a provider's block."""


@dataclass(frozen=True)
class Changed:
    """``files``: those that differ and are no rosters. ``limit``: the smallest ``maxRemovals`` that stood in them."""

    files: tuple[str, ...] = ()
    limit: int | None = None


def changed_since(base: str, rosters: tuple[str, ...]) -> Changed:
    """What differs between the commit where this repository left ``base`` and the files that are here.

    ``rosters``: paths of rosters; other YAML files that are a roster before and after are none of them either. Raises
    ``MfaError`` where git cannot tell: a clone of one commit knows no base.
    """
    fork = _git(base, "merge-base", "--end-of-options", base, "HEAD").strip()
    root = Path(_git(base, "rev-parse", "--show-toplevel").rstrip("\n"))
    names = [name for name in _git(base, *_DIFF, fork, "--").split("\0") if name]
    known = {_inside(root, path) for path in rosters}
    files = tuple(sorted(name for name in names if name not in known and not _is_roster(root, fork, name)))
    before = [_at(fork, name) or "" for name in files if name.endswith((".yaml", ".yml", ".tf", ".tofu"))]
    limits = [int(number) for text in before for number in _LIMIT.findall(text)]
    return Changed(files, min(limits, default=None))


def _git(base: str, *arguments: str) -> str:
    fault = f"looking for the files that changed since {base}"
    done = git(*arguments, seconds=_SECONDS)
    if done is None:
        raise MfaError(f"{fault}: git could not be run; install git, or leave --base out")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
        advice = "fetch that commit with the history (actions/checkout: fetch-depth: 0), or leave --base out"
        raise MfaError(f"{fault}: git says: {said[-1]}; {advice}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _inside(root: Path, path: str) -> str:
    """A path as git names it; one outside the repository stays as it is."""
    resolved = Path(path).resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else path


def _is_roster(root: Path, fork: str, name: str) -> bool:
    """Whether a file is a roster on both sides, or on the one side that has it."""
    if not name.endswith((".yaml", ".yml")):
        return False
    file = root / name
    if file.is_symlink():
        return False
    before = _at(fork, name)
    after = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
    sides = [text for text in (before, after) if text is not None]
    return bool(sides) and all(_parses(text) for text in sides)


def _at(fork: str, name: str) -> str | None:
    done = git("cat-file", "blob", f"{fork}:{name}", seconds=_SECONDS)
    return done.stdout.decode("utf-8", "replace") if done and done.returncode == 0 else None


def _parses(text: str) -> bool:
    try:
        roster.parse(text, "roster", may_be_empty=True)
    except roster.RosterError:
        return False
    return True
