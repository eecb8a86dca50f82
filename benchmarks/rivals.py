"""What people use today: the aws CLI in a loop, and Terraform's terraform_data with the aws CLI in local-exec."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .processes import Failed, Spent, say, timed
from .project import Line, environment
from .scenarios import DESTROY, PREVIEW, REMOVE, UP

AWS_CLI_VERSION = "1.46.3"
LOOP = """set -eu
while read -r user serial; do
  case $1 in
    list) aws iam list-mfa-devices --user-name "$user" >/dev/null ;;
    deactivate) aws iam deactivate-mfa-device --user-name "$user" --serial-number "$serial" ;;
  esac
done
"""
MAIN = """locals {
  devices = jsondecode(file("devices.json"))
}

resource "terraform_data" "device" {
  for_each = local.devices
  input    = { serial = each.key, user = each.value }

  provisioner "local-exec" {
    command = "aws iam list-mfa-devices --user-name ${self.input.user}"
    quiet   = true
  }

  provisioner "local-exec" {
    when    = destroy
    command = "aws iam deactivate-mfa-device --user-name ${self.input.user} --serial-number ${self.input.serial}"
    quiet   = true
  }
}
"""
COMMANDS = {
    UP: ("apply", "-auto-approve"),
    PREVIEW: ("plan", "-detailed-exitcode"),
    REMOVE: ("apply", "-auto-approve"),
    DESTROY: ("destroy", "-auto-approve"),
}


@cache
def aws_cli() -> Path:
    """The folder of an aws CLI of a known version, installed once into the cache."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "mfa-association" / f"awscli-{AWS_CLI_VERSION}"
    if not (folder / "installed").exists():
        say(f"installing the aws CLI {AWS_CLI_VERSION} into {folder} (about 30 s, 150 MB)")
        _must(sys.executable, "-m", "venv", "--clear", str(folder))
        _must(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"awscli=={AWS_CLI_VERSION}")
        (folder / "installed").touch()
    return folder / "bin"


def has_terraform() -> bool:
    """Whether there is a terraform to be measured; says so where there is none."""
    if shutil.which("terraform"):
        return True
    say("there is no terraform on PATH: local-exec is left out")
    return False


class Loop:
    """The aws CLI, called once for each line. Reading again costs what reading costs, so it is measured once."""

    def __init__(self, declared: list[Line], folder: Path, home: Path, url: str) -> None:
        self._folder, self._env = folder, _environment(home, url)
        folder.mkdir()
        self._work = {
            UP: ("list", declared),
            REMOVE: ("deactivate", declared[:1]),
            DESTROY: ("deactivate", declared[1:]),
        }

    def __call__(self, step: str) -> Spent | None:
        """Run one step."""
        if step not in self._work:
            return None
        verb, lines = self._work[step]
        text = "".join(f"{user} {serial}\n" for user, serial in lines)
        return timed(["sh", "-c", LOOP, "loop", verb], cwd=self._folder, env=self._env, text=text)


class LocalExec:
    """A Terraform configuration of one terraform_data for each line; it has nothing to refresh."""

    def __init__(self, declared: list[Line], folder: Path, home: Path, url: str) -> None:
        self._declared, self._folder, self._env = declared, folder, _environment(home, url)
        folder.mkdir()
        (folder / "main.tf").write_text(MAIN)
        timed(["terraform", "init", "-no-color"], cwd=folder, env=self._env)

    def __call__(self, step: str) -> Spent | None:
        """Run one step."""
        if step not in COMMANDS:
            return None
        lines = self._declared[1:] if step in (REMOVE, DESTROY) else self._declared
        (self._folder / "devices.json").write_text(json.dumps({serial: user for user, serial in lines}))
        return timed(["terraform", *COMMANDS[step], "-no-color"], cwd=self._folder, env=self._env)


def _environment(home: Path, url: str) -> Mapping[str, str]:
    env = environment(home, AWS_ENDPOINT_URL=url, AWS_DEFAULT_REGION="us-east-1", CHECKPOINT_DISABLE="1")
    return {**env, "PATH": f"{aws_cli()}{os.pathsep}{env['PATH']}", "PYTHONPATH": ""}


def _must(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failed(f"{command[0]} ended with exit code {done.returncode}:\n{done.stdout.strip()}")
