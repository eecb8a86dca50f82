"""What the wheel needs and what the provider's zips hold, as CycloneDX: each package with the version that is pinned here."""

from __future__ import annotations

import json
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from provider_zip import LEFT_OUT, STEM
from running import answer

from mfa_association import __version__
from mfa_association.terraform.shim import PROVIDER

NAME = "mfa-association"
# By the names of their packages, what provider_zip leaves out by the names of modules.
_NOT_IN_ZIPS = {canonicalize_name({"grpc": "grpcio"}.get(module, module)) for module in LEFT_OUT}
_PROJECT = '[project]\nname = "{name}"\nversion = "{version}"\ndescription = "{summary}"\nlicense = "Apache-2.0"\n'


def packages(extras: tuple[str, ...], without: frozenset[str] = frozenset()) -> dict[str, str]:
    """What this package needs with these extras, and what that needs, by name: the versions that are installed."""
    found: dict[str, str] = {}
    waiting = [(NAME, extras)]
    seen = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen or name in without:
            continue
        seen.add((name, wanted))
        distribution = metadata.distribution(name)
        found[name] = distribution.version
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker and not any(needed.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                continue
            waiting.append((canonicalize_name(needed.name), tuple(sorted(needed.extras))))
    del found[NAME]
    return dict(sorted(found.items()))


def write_sboms(folder: Path) -> None:
    """Write both. Raises ``CommandFailed``."""
    wheel = packages(("github", "sandbox", "terraform"))
    _write(folder / f"mfa_association-{__version__}.cdx.json", NAME, "library", wheel)
    provider = packages(("terraform",), frozenset(_NOT_IN_ZIPS)) | {"pyinstaller": metadata.version("pyinstaller")}
    _write(folder / f"{STEM}_sbom.cdx.json", PROVIDER, "application", provider)


def _write(target: Path, name: str, kind: str, pins: dict[str, str]) -> None:
    about = {"name": name, "version": __version__, "summary": metadata.metadata(NAME)["Summary"]}
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as project:
        project.write(_PROJECT.format(**about))
        project.flush()
        command = [
            "cyclonedx-py",
            "requirements",
            "--pyproject",
            project.name,
            "--mc-type",
            kind,
            "--output-reproducible",
        ]
        command[0] = str(Path(sys.executable).with_name(command[0]))
        text = "".join(f"{name}=={version}\n" for name, version in pins.items())
        written = answer([*command, "-"], given=text)
    json.loads(written)
    target.write_text(written)
