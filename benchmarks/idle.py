"""The provider in Go that does nothing: built once into the tools' cache, installed beside ours."""

from __future__ import annotations

from pathlib import Path

from engine_sources import go_build, require_go
from kept import NoProgram, Program

from mfa_association.terraform.install import this_platform

from .processes import say
from .project import Line

SOURCE = Path(__file__).parent / "idle_provider"
VERSION = "0.1.0"
"""To be raised with every change of its source: what was built before is kept under it."""


def install_idle(home: Path) -> bool:
    """Install it for this home; False, and why, where there is no Go to build it with."""
    built = Program("idle provider", "idle", VERSION, (_build,), lambda _: None, "Go 1.25 or newer", look=False)
    try:
        program = built.ensure() / "idle"
    except NoProgram as refusal:
        say(str(refusal))
        return False
    mirror = home / ".terraform.d" / "plugins" / "registry.terraform.io" / "mfa-association" / "idle"
    folder = mirror / VERSION / this_platform()
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-idle_v{VERSION}").symlink_to(program)
    return True


def associations(declared: list[Line]) -> str:
    """One block for each association."""
    head = 'terraform {\n  required_providers {\n    idle = { source = "mfa-association/idle" }\n  }\n}\n'
    return head + "".join(
        f'resource "idle_association" "d{number}" {{\n  serial_number = "{serial}"\n  user_name     = "{user}"\n}}\n'
        for number, (user, serial) in enumerate(declared)
    )


def _build(folder: Path) -> None:
    require_go(SOURCE)
    go_build(SOURCE, "mfa-association/idle", folder / "bin")
