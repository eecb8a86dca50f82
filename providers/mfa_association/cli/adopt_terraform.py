"""``adopt --terraform``: import blocks beside the roster, and the documented module where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mfa_association.cli.adopt_program import ProgramFiles, existing, refused
from mfa_association.cli.output import counted
from mfa_association.errors import MfaError
from mfa_association.roster import Line
from mfa_association.terraform.imports import IMPORTS, MARK, MODULE, import_blocks, module, resource_name
from mfa_association.tokens import TERRAFORM_PROVIDER

HELP = (
    f"write {IMPORTS} beside the roster, for Terraform and OpenTofu; and a module, if no file there declares a device"
)


def terraform_files(roster: Path, held: Iterable[Line]) -> ProgramFiles:
    """What to write for devices that are held as this roster declares them. Raises ``MfaError``; writes nothing."""
    folder, lines = roster.parent, tuple(held)
    sources = _sources(folder)
    before = sources.pop(IMPORTS, MARK)
    if not before.startswith(MARK):
        raise refused(folder / IMPORTS, "which this command did not write")
    name = resource_name(sources)
    told = [f"{folder / IMPORTS}: {counted(len(lines), 'device')}, for `terraform apply`"]
    if name is not None:
        return ProgramFiles((existing(folder / IMPORTS, import_blocks(lines, name)),), tuple(told))
    if MODULE in sources:
        raise refused(folder / MODULE, "which declares no device")
    written = "".join(sources.values())
    own = "required_providers" not in written
    told.append(f"{folder / MODULE}: the module that reads {roster}")
    if not own and TERRAFORM_PROVIDER not in written:
        told.append(f'add to required_providers: mfa = {{ source = "{TERRAFORM_PROVIDER}" }}')
    both = (
        existing(folder / IMPORTS, import_blocks(lines)),
        existing(folder / MODULE, module(roster.name, requires=own)),
    )
    return ProgramFiles(both, tuple(told))


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
