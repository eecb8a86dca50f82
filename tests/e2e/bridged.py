"""A Pulumi project in YAML whose associations the Terraform provider serves, through Pulumi's bridge.

Needs on PATH, beside the engine: ``pulumi-resource-terraform-provider`` (github.com/pulumi/pulumi-terraform-bridge/v3/dynamic)
and ``pulumi-language-yaml`` (github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mfa_association.terraform.install import PLATFORMS, install
from mfa_association.tokens import BRIDGED_TYPE
from tests.support.stack import ADMIN, environment

NEEDED = ("pulumi-resource-terraform-provider", "pulumi-language-yaml")
PLUGIN = ("terraform-provider", "1.2.0")
"""Installed into the stack's home, because the engine asks the network for a plugin's latest version otherwise."""
TOKEN = BRIDGED_TYPE
_NEW_STACK: dict[Path, Path] = {}


def device(user: str, serial: str, **more: Any) -> dict[str, Any]:
    """One association, as a program in YAML declares it; ``options`` are those of the resource."""
    options = {"options": more.pop("options")} if "options" in more else {}
    return {"type": TOKEN, "properties": {"userName": user, "serialNumber": serial, **more}, **options}


@dataclass
class BridgedStack:
    """A project in ``folder``; ``home`` may be shared."""

    folder: Path
    home: Path
    endpoint: str
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.home not in _NEW_STACK:
            self._init()
            _NEW_STACK[self.home] = shutil.copytree(self.folder, self.home / "new-stack")
        shutil.copytree(_NEW_STACK[self.home], self.folder, dirs_exist_ok=True)
        self.configure()

    def _init(self) -> None:
        """A new stack, once for each home: it is files, and the same ones every time."""
        (self.folder / "state").mkdir()
        (self.folder / "Pulumi.yaml").write_text("name: test\nruntime: yaml\n")
        install(self.home / ".pulumi" / "dynamic_tf_plugins", PLATFORMS)
        self.must("plugin", "install", "resource", *PLUGIN, "--file", str(shutil.which(NEEDED[0])))
        self.must("stack", "init", "dev")
        self.must("package", "add", "terraform-provider", "mfa-association/mfa")

    def configure(self, prefix: str = "mfa") -> None:
        """Write the stack's configuration; ``prefix``: of the settings that the dynamic provider shares with pulumi-aws."""
        salt = [line for line in self._settings.read_text().splitlines() if "salt" in line]
        endpoints = [{"iam": self.endpoint, "sts": self.endpoint}]
        usual = {f"{prefix}:region": "us-east-1", f"{prefix}:endpoints": endpoints}
        config = {**usual, "mfa:propagationTime": 1, "mfa:retryDeadline": 2, **self.config}
        self._settings.write_text("\n".join([*salt, f"config: {json.dumps(config)}", ""]))

    def program(self, **resources: dict[str, Any]) -> None:
        """Write the program: resources by name."""
        self.write({"resources": resources})

    def write(self, program: dict[str, Any]) -> None:
        """Write any program."""
        (self.folder / "Main.yaml").write_text(json.dumps(program, indent=1))

    def up(self, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
        """``pulumi up`` without its preview."""
        return self.run("up", "--yes", "--skip-preview", *options, **env)

    def must_up(self, **env: str) -> str:
        """What an ``up`` says that has to succeed."""
        return self.must("up", "--yes", "--skip-preview", **env).stdout

    def names(self) -> list[str]:
        """The names of the associations in the state; one that is yet to be deleted stands there too."""
        deployment = json.loads(self.must("stack", "export").stdout)["deployment"]
        found = [one["urn"] for one in deployment.get("resources", []) if one["type"] == TOKEN]
        return sorted(urn.rpartition("::")[2] for urn in found)

    def must(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command that has to succeed."""
        done = self.run(*arguments, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Any command of the CLI; environment variables as keywords."""
        return subprocess.run(
            ["pulumi", "--color", "never", "--non-interactive", *arguments],
            cwd=self.folder,
            env={**self.environment(), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def environment(self) -> Mapping[str, str]:
        """What the CLI is run with for this stack."""
        usual = environment(self.home, ADMIN, (self.folder / "state").as_uri())
        return {**usual, "PULUMI_STACK": "dev"}

    @property
    def _settings(self) -> Path:
        return self.folder / "Pulumi.dev.yaml"
