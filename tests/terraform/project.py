"""A folder with a configuration, and the engine that drives it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.stage import Stage

HEAD = """\
terraform {
  required_providers {
    mfa = {
      source = "mfa-association/mfa"
    }
  }
}

provider "mfa" {
  region           = "us-east-1"
  propagation_time = 0
  %s
  endpoints {
    iam = "%s"
    sts = "%s"
  }
}

"""


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that was shown, unwrapped: the engines break lines at words."""
        return " ".join(f"{self.out} {self.err}".replace("│", " ").split())


@dataclass
class Project:
    """``engine``: the environment that makes the engine find the provider."""

    folder: Path
    stage: Stage
    engine: dict[str, str]
    program: Path
    settings: str = ""
    begun: bool = field(default=False, init=False)

    def write(self, text: str) -> None:
        """The configuration, below the provider's."""
        url = self.stage.box.url
        (self.folder / "main.tf").write_text(HEAD % (self.settings, url, url) + text)

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run a command to its end, whatever comes of it; ``environment`` is the provider's too, which runs here."""
        usual = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            done = subprocess.run(
                [self.program, *arguments, "-no-color"],
                cwd=self.folder,
                env={**os.environ, **usual, **self.engine},
                capture_output=True,
                text=True,
                timeout=120,
            )
        return Done(done.returncode, done.stdout, done.stderr)

    def do(self, *arguments: str, code: int = 0, **environment: str) -> Done:
        """Run a command that must end with this exit code; ``init`` comes by itself."""
        if not self.begun:
            self.begun = True
            self.do("init")
        done = self.run(*arguments, **environment)
        assert done.code == code, done.out + done.err
        assert "rpc error" not in done.text and "Traceback" not in done.text
        return done

    def up(self, text: str | None = None, *options: str, code: int = 0) -> Done:
        """Apply a configuration; afterwards nothing is left to be planned."""
        if text is not None:
            self.write(text)
        done = self.do("apply", "-auto-approve", *options, code=code)
        if code == 0 and not options:
            self.do("plan", "-detailed-exitcode")
        return done

    def values(self, address: str = "mfa_device_association.a") -> dict[str, Any]:
        """What the state holds of a resource."""
        return self.resources()[address]

    def resources(self) -> dict[str, dict[str, Any]]:
        shown = json.loads(self.do("show", "-json").out)
        found = shown.get("values", {}).get("root_module", {}).get("resources", [])
        return {one["address"]: one["values"] for one in found}

    def planned(self, *options: str) -> dict[str, list[str]]:
        """The actions that a plan holds, by address; what stays is left out."""
        self.do("plan", "-out=plan", *options)
        changes = json.loads(self.do("show", "-json", "plan").out).get("resource_changes", [])
        actions = {one["address"]: one["change"]["actions"] for one in changes if one["mode"] == "managed"}
        return {address: done for address, done in actions.items() if done != ["no-op"]}
