"""Where and with what a run was made; nothing that names the machine or its user."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from shutil import which

from .rivals import AWS_CLI_VERSION

PACKAGES = ("pulumi", "boto3", "moto")


def machine() -> list[tuple[str, str]]:
    """Cores, processor, system and how busy it was, as label and text."""
    return [
        ("Cores", str(os.cpu_count() or "unknown")),
        ("Processor", _processor()),
        ("System", f"{_system()}, {platform.machine()}"),
        ("Load before the run", f"{os.getloadavg()[0]:.1f}"),
    ]


def versions() -> list[tuple[str, str]]:
    """Everything that the figures depend on, as label and text."""
    packages = [("Pulumi SDK" if name == "pulumi" else name, version(name)) for name in PACKAGES]
    own = ("mfa-association", version("mfa-association"))
    rivals = [("aws CLI", AWS_CLI_VERSION), *([("Terraform", _terraform())] if which("terraform") else [])]
    return [own, ("Python", platform.python_version()), ("Pulumi CLI", _cli()), *packages, *rivals]


def _cli() -> str:
    quiet = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    asked = subprocess.run(["pulumi", "version"], env=quiet, capture_output=True, text=True, check=True)
    return asked.stdout.strip().removeprefix("v")


def _terraform() -> str:
    asked = subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True, check=True)
    return str(json.loads(asked.stdout)["terraform_version"])


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
