"""``adopt --terraform``: import blocks beside the roster, and the documented module where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mfa_association.cli.accounts import ACCOUNT
from mfa_association.cli.output import counted
from mfa_association.errors import MfaError
from mfa_association.roster import Line, RosterFile
from mfa_association.terraform.imports import IMPORTS, MARK, MODULE, import_blocks, module, resource_name
from mfa_association.tokens import TERRAFORM_PROVIDER

HELP = (
    f"write {IMPORTS} beside the roster, for Terraform and OpenTofu; and a module, if no file there declares a device"
)


@dataclass(frozen=True)
class TerraformFiles:
    """Files to write, each with its text, and what to tell about them."""

    texts: tuple[tuple[RosterFile, str], ...] = ()
    sentences: tuple[str, ...] = ()


def refuse_shared_folder(roster: str) -> None:
    """Each of many accounts has a module of its own. Raises ``MfaError``."""
    if ACCOUNT not in os.path.dirname(roster):
        raise MfaError(
            "adopting many accounts: with --terraform the folder of --roster must contain {account}, as in "
            "'{account}/roster.yaml'; nothing was written, correct it"
        )


def terraform_files(roster: Path, held: Iterable[Line]) -> TerraformFiles:
    """What to write for devices that are held as this roster declares them. Raises ``MfaError``; writes nothing."""
    folder, lines = roster.parent, tuple(held)
    sources = _sources(folder)
    before = sources.pop(IMPORTS, MARK)
    if not before.startswith(MARK):
        raise _refused(folder / IMPORTS, "which this command did not write")
    name = resource_name(sources)
    told = [f"{folder / IMPORTS}: {counted(len(lines), 'device')}, for `terraform apply`"]
    if name is not None:
        return TerraformFiles((_file(folder / IMPORTS, import_blocks(lines, name)),), tuple(told))
    if MODULE in sources:
        raise _refused(folder / MODULE, "which declares no device")
    written = "".join(sources.values())
    own = "required_providers" not in written
    told.append(f"{folder / MODULE}: the module that reads {roster}")
    if not own and TERRAFORM_PROVIDER not in written:
        told.append(f'add to required_providers: mfa = {{ source = "{TERRAFORM_PROVIDER}" }}')
    both = _file(folder / IMPORTS, import_blocks(lines)), _file(folder / MODULE, module(roster.name, requires=own))
    return TerraformFiles(both, tuple(told))


def _refused(path: Path, why: str) -> MfaError:
    return MfaError(f"writing ({path}): there is such a file already, {why}; nothing was written, rename it")


def _sources(folder: Path) -> dict[str, str]:
    """The module's files by name. Raises ``MfaError``."""
    found: dict[str, str] = {}
    for path in sorted([*folder.glob("*.tf"), *folder.glob("*.tofu")]):
        try:
            found[path.name] = path.read_text(encoding="utf-8")
        except OSError as fault:
            raise MfaError(f"reading ({path}): {fault.strerror}; nothing was written, correct that") from None
        except UnicodeDecodeError:
            raise MfaError(f"reading ({path}): the text is not UTF-8; nothing was written, correct it") from None
    return found


def _file(path: Path, text: str) -> tuple[RosterFile, str]:
    return RosterFile(path, path.read_bytes() if path.exists() else None), text
