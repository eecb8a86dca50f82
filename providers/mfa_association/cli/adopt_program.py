"""What ``adopt`` writes beside a roster, so that an engine's program declares what is adopted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mfa_association.cli.accounts import ACCOUNT
from mfa_association.errors import MfaError
from mfa_association.roster import RosterFile


@dataclass(frozen=True)
class ProgramFiles:
    """Files to write, each with its text, and what to tell about them."""

    texts: tuple[tuple[RosterFile, str], ...] = ()
    sentences: tuple[str, ...] = ()


def existing(path: Path, text: str) -> tuple[RosterFile, str]:
    """A file as it is, and what it will hold."""
    return RosterFile(path, path.read_bytes() if path.exists() else None), text


def refused(path: Path, why: str) -> MfaError:
    """A file of somebody else's stands where one of ours belongs."""
    return MfaError(f"writing ({path}): there is such a file already, {why}; nothing was written, rename it")


def refuse_shared_folder(roster: str, option: str) -> None:
    """Each of many accounts has a program of its own. Raises ``MfaError``."""
    if ACCOUNT not in os.path.dirname(roster):
        raise MfaError(
            f"adopting many accounts: with {option} the folder of --roster must contain {{account}}, as in "
            "'{account}/roster.yaml'; nothing was written, correct it"
        )
