"""Two ways to get an engine into an empty folder: the official installer, and Go modules pinned by go.sum."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from running import CommandFailed, run, say

PULUMI_VERSION = "3.274.1"
CLI_MODULE = Path(__file__).parent / "pulumi"
LANGUAGE_HOST_MODULE = Path(__file__).parent / "pulumi-language-python"

# A download of 130 MB on a slow line; a machine that cannot reach the host fails by CONNECT_SECONDS.
INSTALL_LIMIT, CONNECT_SECONDS = 300.0, 5
BUILD_LIMIT = 3600.0

INSTALLER = """
import socket, sys
socket.setdefaulttimeout(float(sys.argv[3]))
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""

# The launchers of Python programs and of dynamic providers: files of the SDK's module, in no package that builds.
LAUNCHERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def install(folder: Path) -> None:
    """Let the Pulumi SDK download the official distribution into folder/bin."""
    say(f"Downloading Pulumi {PULUMI_VERSION} (about 130 MB, 450 MB unpacked; a minute on a usual line).")
    command = [sys.executable, "-c", INSTALLER, str(folder), PULUMI_VERSION, str(CONNECT_SECONDS)]
    # Python looks into the current folder first, and ours may hold another `pulumi`.
    run("downloading Pulumi", command, limit=INSTALL_LIMIT, cwd=folder)


def build(folder: Path) -> None:
    """Build the CLI and the Python language host into folder/bin from the modules that go.mod and go.sum pin."""
    _require_go()
    say(
        f"Building Pulumi {PULUMI_VERSION} from its Go modules: about 4 minutes on two cores,"
        " 4 GB of disk for Go's own caches and 150 MB for the result. Only the first time."
    )
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True, exist_ok=True)
    version = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PULUMI_VERSION}"
    _go_build(CLI_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", bin_folder, version)
    _go_build(LANGUAGE_HOST_MODULE, "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python", bin_folder)
    _copy_launchers(bin_folder)


def _require_go() -> None:
    """Asked inside the module, so that a Go too old for its go.mod, or unable to fetch a newer one, says so."""
    if not shutil.which("go"):
        raise CommandFailed("Go is not installed")
    run("looking at Go", ["go", "version"], limit=120, cwd=CLI_MODULE)


def _go_build(module: Path, package: str, bin_folder: Path, flags: str = "") -> None:
    title = f"building {package.rsplit('/', 1)[1]}"
    command = [
        "go",
        "build",
        "-mod=readonly",
        "-trimpath",
        "-ldflags",
        f"-s -w {flags}",
        "-o",
        f"{bin_folder}/",
        package,
    ]
    scratch = bin_folder.parent / "tmp"
    scratch.mkdir(exist_ok=True)
    run(title, command, limit=BUILD_LIMIT, cwd=module, env=_go_environment() | {"GOTMPDIR": str(scratch)})
    shutil.rmtree(scratch)


def _go_environment() -> dict[str, str]:
    """A workspace or flags of the caller's must not change what is built."""
    return os.environ | {"CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""}


def _copy_launchers(bin_folder: Path) -> None:
    command = ["go", "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"]
    listed = subprocess.run(command, cwd=CLI_MODULE, env=_go_environment(), capture_output=True, text=True, check=False)
    if listed.returncode or not listed.stdout.strip():
        raise CommandFailed(listed.stderr.strip() or "the SDK's module is not in Go's cache")
    for launcher in LAUNCHERS:
        target = bin_folder / Path(launcher).name
        shutil.copyfile(Path(listed.stdout.strip()) / launcher, target)
        target.chmod(0o755)
