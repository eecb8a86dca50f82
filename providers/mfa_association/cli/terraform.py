"""``mfa-association terraform``: make the provider found by Terraform and OpenTofu, and say why it is not."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from mfa_association import __version__
from mfa_association.cli.process import FOUND, OK
from mfa_association.errors import MfaError
from mfa_association.terraform import bridge
from mfa_association.terraform.doctor import Machine, examine
from mfa_association.terraform.install import PLATFORMS, cli_configuration, implied_mirror, install, this_platform
from mfa_association.tokens import BRIDGE_PLUGIN, TERRAFORM_PROVIDER

_INSTALL = """
Write the shim by which Terraform and OpenTofu start the provider of this installation, for both of their registries. It
is the same file on every machine, so that lock files agree. Run it again after each upgrade of this package.
"""
_DOCTOR = """
Examine what Terraform and OpenTofu need to start the provider. Exit code: 0 all is well, 3 something is wrong.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("terraform", help="install the provider for Terraform and OpenTofu")
    ours = parser.add_subparsers(required=True, metavar="COMMAND")
    installer = ours.add_parser("install", help="let engines find the provider", description=_INSTALL)
    places = installer.add_mutually_exclusive_group()
    places.add_argument(
        "--mirror", type=Path, metavar="DIR", help="write a filesystem mirror for all platforms instead"
    )
    places.add_argument("--pulumi", action="store_true", help="write it into the folder where Pulumi's bridge looks")
    installer.set_defaults(command=_install)
    doctor = ours.add_parser("doctor", help="say why an engine does not find or start it", description=_DOCTOR)
    doctor.set_defaults(command=_doctor)


def _install(options: argparse.Namespace) -> int:
    mirror: Path | None = options.mirror
    place = bridge.mirror(os.environ, _home()) if options.pulumi else mirror or implied_mirror(_home())
    for file in install(place, PLATFORMS if mirror else (this_platform(),)):
        print(f"written: {file}")
    if options.pulumi:
        print(f"add it to a project: `pulumi package add {BRIDGE_PLUGIN[0]} {TERRAFORM_PROVIDER}`")
        return OK
    print(f'declare it: mfa = {{ source = "{TERRAFORM_PROVIDER}", version = "{__version__}" }} in required_providers')
    if mirror:
        print(f"tell the engines, in ~/.terraformrc and ~/.tofurc:\n\n{cli_configuration(mirror)}", end="")
    return OK


def _doctor(options: argparse.Namespace) -> int:
    findings = examine(Machine(os.environ, _home(), Path.cwd()))
    for finding in findings:
        print(f"{'wrong' if finding.wrong else 'ok'}: {finding.sentence}")
    return FOUND if any(finding.wrong for finding in findings) else OK


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise MfaError("finding the home folder: HOME is not set; set it") from None
