"""Which engine runs the project that a roster belongs to, so that the next command can be named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOCK: Final = ".terraform.lock.hcl"


@dataclass(frozen=True)
class NextCommand:
    """What to type, or how it is called where that is not known: an ``apply``, and a ``refresh`` of the state."""

    apply: str = "deployment"
    refresh: str = "refresh"


_PULUMI: Final = NextCommand("`pulumi up`", "`pulumi refresh`")
_TERRAFORM: Final = NextCommand("`terraform apply`", "`terraform apply`")
_TOFU: Final = NextCommand("`tofu apply`", "`tofu apply`")


def next_command(roster: str) -> NextCommand:
    """By the first folder from the roster's upwards that is a project, but not above the repository."""
    for folder in _upwards(Path(roster).resolve().parent):
        found = [*_pulumi(folder), *_terraform(folder)]
        if found:
            return found[0] if len(found) == 1 else NextCommand()
    return NextCommand()


def _upwards(folder: Path) -> Iterator[Path]:
    for one in (folder, *folder.parents):
        yield one
        if (one / ".git").exists():
            return


def _pulumi(folder: Path) -> Iterator[NextCommand]:
    if any((folder / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml")):
        yield _PULUMI


def _terraform(folder: Path) -> Iterator[NextCommand]:
    lock = folder / _LOCK
    if any(folder.glob("*.tofu")) or (lock.is_file() and b"registry.opentofu.org/" in lock.read_bytes()):
        yield _TOFU
    elif any(folder.glob("*.tf")) or lock.is_file():
        yield _TERRAFORM
