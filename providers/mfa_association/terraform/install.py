"""Put the shim where engines look: the implied mirror of this user, or a mirror for many machines."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from mfa_association import __version__
from mfa_association.errors import MfaError
from mfa_association.terraform.shim import PROVIDER, shim
from mfa_association.tokens import TERRAFORM_PROVIDER

HOSTS = ("registry.terraform.io", "registry.opentofu.org")
PLATFORMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def implied_mirror(home: Path) -> Path:
    """Where both engines look without being told: https://developer.hashicorp.com/terraform/cli/config/config-file."""
    return home / ".terraform.d" / "plugins"


def this_platform() -> str:
    """``linux_amd64`` and the like. Raises ``MfaError`` where engines cannot start a shell script."""
    machine = platform.machine()
    name = f"{sys.platform}_{_ARCHITECTURES.get(machine, machine)}"
    if name not in PLATFORMS:
        raise MfaError(
            f"installing the provider: {name} is not one of {', '.join(PLATFORMS)}; "
            "use the self-contained build of your platform instead"
        )
    return name


def package(mirror: Path, host: str, platform: str, version: str = __version__) -> Path:
    """The folder of one package in a mirror's unpacked layout."""
    return mirror / host / TERRAFORM_PROVIDER / version / platform


def program(folder: Path, version: str = __version__) -> Path:
    """What an engine starts in a package's folder."""
    return folder / f"{PROVIDER}_v{version}"


def install(mirror: Path, platforms: Iterable[str]) -> list[Path]:
    """Write this version's shim for both registries; returns the files. Raises ``MfaError``."""
    files = [program(package(mirror, host, platform)) for host in HOSTS for platform in platforms]
    for file in files:
        try:
            _write(file, shim(__version__))
        except OSError as fault:
            raise MfaError(
                f"installing the provider ({file}): {fault.strerror}; correct it and run this again"
            ) from None
    return files


def _write(file: Path, content: bytes) -> None:
    """At once, for an engine may be starting it; anything else in the folder would change the package's hash."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for other in file.parent.iterdir():
        if other != file:
            raise FileExistsError(0, f"its folder holds {other.name} too, which would change its hash", str(other))
    with NamedTemporaryFile(dir=file.parent.parent, delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.chmod(draft.name, 0o755)
            os.replace(draft.name, file)
        except OSError:
            with suppress(OSError):
                os.unlink(draft.name)
            raise


def cli_configuration(mirror: Path) -> str:
    """What a CLI configuration file says, so that engines take this provider from the mirror and all others as before."""
    ours = ", ".join(f'"{host}/{TERRAFORM_PROVIDER}"' for host in HOSTS)
    return f"""provider_installation {{
  filesystem_mirror {{
    path    = "{mirror.absolute()}"
    include = [{ours}]
  }}
  direct {{
    exclude = [{ours}]
  }}
}}
"""
