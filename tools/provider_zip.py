"""The Terraform provider with a Python of its own, as registries and mirrors want it, in dist/.

Makes terraform-provider-mfa_VERSION_OS_ARCH.zip of this platform, and the manifest and SHA256SUMS of all zips of this
version that lie there. tools/release.py gathers those of all platforms, and signs. https://developer.hashicorp.com/terraform/registry/providers/publishing
"""

import hashlib
import json
import shutil
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

from running import CommandFailed, run, say

from mfa_association import __version__
from mfa_association.errors import MfaError
from mfa_association.terraform.install import this_platform
from mfa_association.terraform.shim import PROVIDER

ROOT = Path(__file__).parent.parent
DIST, BUILD = ROOT / "dist", ROOT / "build" / "provider"
HOOKS = Path(__file__).parent / "pyinstaller"
ENTRY = "import sys\nfrom mfa_association.terraform.serve import main\n\nsys.exit(main())\n"
MANIFEST = {"version": 1, "metadata": {"protocol_versions": ["6.0"]}}
# Loaded by what the provider shares with Pulumi and the other commands, never by the provider.
LEFT_OUT = ("grpc", "moto", "pulumi", "pulumi_aws", "rich", "tkinter")
STEM = f"{PROVIDER}_{__version__}"
LIMIT_SECONDS = 900.0
# Zips know no earlier day; a file's real one would give every build another hash.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def build() -> Path:
    """The folder of the program and what it needs. Raises ``CommandFailed``."""
    if not (sysconfig.get_config_var("Py_ENABLE_SHARED") or sysconfig.get_config_var("PYTHONFRAMEWORK")):
        raise CommandFailed(
            "PyInstaller needs a Python with a shared library: one from a distribution, or from pyenv with"
            " PYTHON_CONFIGURE_OPTS=--enable-shared"
        )
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    entry = BUILD / "entry.py"
    entry.write_text(ENTRY)
    options = ["--onedir", "--noconfirm", "--log-level=WARN", f"--name={PROVIDER}_v{__version__}"]
    places = [f"--distpath={BUILD}/dist", f"--workpath={BUILD}/work", f"--specpath={BUILD}"]
    contents = [f"--additional-hooks-dir={HOOKS}", "--collect-data=mfa_association", f"--paths={ROOT}/providers"]
    left_out = [f"--exclude-module={name}" for name in LEFT_OUT]
    command = [sys.executable, "-m", "PyInstaller", *options, *places, *contents, *left_out, str(entry)]
    run("building the provider", command, limit=LIMIT_SECONDS, cwd=ROOT)
    return BUILD / "dist" / f"{PROVIDER}_v{__version__}"


def pack(folder: Path, target: Path) -> None:
    """Zip a folder's files at the top, executables executable, the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), NO_TIME)
            entry.external_attr = (0o100755 if file.stat().st_mode & 0o100 else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def sums(folder: Path) -> Iterator[str]:
    """The lines of SHA256SUMS."""
    for file in sorted([*folder.glob(f"{STEM}_*.zip"), folder / f"{STEM}_manifest.json"]):
        yield f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"


def manifest() -> str:
    """What a registry reads beside the zips."""
    return json.dumps(MANIFEST) + "\n"


def write_sums() -> None:
    """Write the manifest, and SHA256SUMS of it and of all zips of this version that are there."""
    (DIST / f"{STEM}_manifest.json").write_text(manifest())
    (DIST / f"{STEM}_SHA256SUMS").write_text("".join(sums(DIST)))


def main() -> int:
    """Build, pack and sum; one sentence and exit code 1 where that fails."""
    say("Building the Terraform provider with a Python of its own: about a minute.")
    try:
        target = DIST / f"{STEM}_{this_platform()}.zip"
        folder = build()
    except (CommandFailed, MfaError) as failure:
        say(f"No self-contained provider: {failure}.")
        return 1
    DIST.mkdir(exist_ok=True)
    pack(folder, target)
    write_sums()
    say(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
