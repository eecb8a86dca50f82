"""One root module with a state of its own, driven through a real engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import provider_docs

from mfa_association.tokens import TERRAFORM_TYPE
from tests.support.processes import Running
from tests.support.serving import attached_with
from tests.support.stack import ADMIN

SCRIPTS = Path(sys.executable).parent
TYPE = TERRAFORM_TYPE
ADDRESS = f"{TYPE}.device"
REQUIRED = 'terraform {\n  required_providers {\n    mfa = { source = "mfa-association/mfa" }\n  }\n}\n'
# The documented one, so that it is tried.
ROSTER = provider_docs.ROSTER.read_text()
CODES = """
variable "codes" {
  type      = map(list(string))
  default   = {}
  ephemeral = true
}
"""
WITH_CODES = CODES + ROSTER.replace(
    "  user_name ",
    "  authentication_code_1_wo = try(var.codes[each.key][0], null)\n"
    "  authentication_code_2_wo = try(var.codes[each.key][1], null)\n  user_name ",
)
_PREPARED: dict[Path, Path] = {}


class Diagnostic(NamedTuple):
    """An error or a warning: what it says, where, about which resource."""

    summary: str
    detail: str
    line: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Done:
    """What a command with `-json` left behind."""

    code: int
    raw: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it said, line by line."""
        return [json.loads(line) for line in self.raw.splitlines() if line.startswith("{")]

    @property
    def changes(self) -> dict[str, str]:
        """What it planned, by the key or the address of the resource."""
        told = [line["change"] for line in self.lines if line["type"] == "planned_change"]
        return {_key(change["resource"]): change["action"] for change in told}

    @property
    def drift(self) -> list[str]:
        """What was found changed outside."""
        return [_key(line["change"]["resource"]) for line in self.lines if line["type"] == "resource_drift"]

    @property
    def errors(self) -> list[Diagnostic]:
        """Its errors."""
        return list(self._diagnostics("error"))

    @property
    def warnings(self) -> list[Diagnostic]:
        """Its warnings."""
        return list(self._diagnostics("warning"))

    def _diagnostics(self, severity: str) -> Iterator[Diagnostic]:
        for line in self.lines:
            told = line.get("diagnostic", {})
            if told.get("severity") == severity:
                start = told.get("range", {}).get("start", {}).get("line")
                yield Diagnostic(told["summary"], told.get("detail", ""), start, told.get("address", ""))


@dataclass
class Project:
    """A root module in ``folder``. ``home`` has the provider installed; ``settings``: of the provider block.

    ``attached``: the engine does not start the provider, which is in this process; it is installed all the same.
    """

    folder: Path
    program: Path
    home: Path
    endpoint: str
    settings: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    main: str = WITH_CODES
    attached: bool = False

    def __post_init__(self) -> None:
        (self.folder / "required.tf").write_text(REQUIRED)
        self.write(self.main)
        self.lines()
        self.configure()
        self._init()

    def write(self, main: str) -> None:
        """Write the module."""
        (self.folder / "main.tf").write_text(main)

    def roster(self, text: str) -> None:
        """Write the roster."""
        (self.folder / "roster.yaml").write_text(text)

    def lines(self, **users: list[str]) -> None:
        """Write a roster of users and their serial numbers."""
        self.roster(json.dumps({"users": users} if users else {"allow_empty": True}))

    def configure(self, **settings: Any) -> None:
        """Set arguments of the provider block."""
        self.settings.update(settings)
        usual = {"region": "us-east-1", "endpoints": [{"iam": self.endpoint, "sts": self.endpoint}]}
        block = {**usual, "propagation_time": 1, "retry_deadline": 2, **self.settings}
        (self.folder / "provider.tf.json").write_text(json.dumps({"provider": {"mfa": block}}))

    def plan(self, *options: str, **env: str) -> Done:
        """`plan`: exit code 0 is nothing to do, 2 is something."""
        return self.run("plan", "-detailed-exitcode", *options, **env)

    def apply(self, *options: str, **env: str) -> Done:
        """`apply`, approved."""
        return self.run("apply", "-auto-approve", *options, **env)

    def destroy(self, *options: str, **env: str) -> Done:
        """`destroy`, approved."""
        return self.run("destroy", "-auto-approve", *options, **env)

    def run(self, command: str, *options: str, **env: str) -> Done:
        """A command that can answer in JSON; environment variables as keywords."""
        done = self._call(command, "-json", *options, **env)
        return Done(done.returncode, done.stdout + done.stderr)

    def planned(self, *options: str, **env: str) -> dict[str, Any]:
        """A plan as other programs read it: `show -json` of a saved one."""
        done = self.run("plan", "-out=planned", *options, **env)
        assert done.code == 0, done.raw
        return dict(json.loads(self.say("show", "-json", "planned")))

    def say(self, *arguments: str, **env: str) -> str:
        """What any command says, which has to end well."""
        done = self._call(*arguments, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def settle(self) -> None:
        """Nothing is left to do."""
        planned = self.plan()
        assert (planned.code, planned.changes, planned.drift) == (0, {}, []), planned.raw

    def state(self) -> dict[str, dict[str, Any]]:
        """The associations in state by device, or by name."""
        return {key: instance["attributes"] for key, instance in self.instances().items()}

    def instances(self) -> dict[str, dict[str, Any]]:
        """The engine's records of the associations."""
        path = self.folder / "terraform.tfstate"
        resources = json.loads(path.read_text())["resources"] if path.exists() else []
        return {
            str(instance.get("index_key", resource["name"])): instance
            for resource in resources
            if resource["type"] == TYPE and resource["mode"] == "managed"
            for instance in resource["instances"]
        }

    def running(self, *arguments: str, **env: str) -> Running:
        """Start a command that may be killed; once it has ended, a state that it left cut off is put back."""
        command = [str(self.program), *arguments, "-no-color"]
        environment = {**self.environment(), **env}
        return Running(command, self.folder, environment, "terraform-provider-mfa", self.restore_state)

    def restore_state(self) -> None:
        """As docs/reliability.md tells: an engine writes a state over itself, so a kill may leave a part of it."""
        state, backup = self.folder / "terraform.tfstate", self.folder / "terraform.tfstate.backup"
        if not state.exists():
            return
        try:
            json.loads(state.read_text())
        except json.JSONDecodeError:
            # Without a backup there was no state before the run.
            backup.replace(state) if backup.exists() else state.unlink()

    def environment(self) -> Mapping[str, str]:
        """What the engine is run with."""
        return {**environment(self.home), "TF_IN_AUTOMATION": "1", **self.env}

    def _call(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment(), **env}
        installs = arguments == ("init",)
        with attached_with(environment) if self.attached and not installs else nullcontext(environment) as given:
            return subprocess.run(
                [self.program, *arguments, "-no-color"],
                cwd=self.folder,
                env=given,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )

    def _init(self) -> None:
        """`init`, once for each engine: a lock file and links, the same ones every time."""
        prepared = _PREPARED.setdefault(self.program, self.folder)
        if prepared == self.folder:
            self.say("init")
            return
        shutil.copy(prepared / ".terraform.lock.hcl", self.folder)
        shutil.copytree(prepared / ".terraform", self.folder / ".terraform", symlinks=True)


def environment(home: Path, key: str = ADMIN) -> dict[str, str]:
    """What an engine is run with: nobody's home, and the access key of the sandbox."""
    passed = {name: os.environ[name] for name in ("TMPDIR", "LANG", "XDG_STATE_HOME") if name in os.environ}
    return {
        **passed,
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "CHECKPOINT_DISABLE": "1",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def codes(given: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The environment with the codes of devices, by their names."""
    return {"TF_VAR_codes": json.dumps({name: list(pair) for name, pair in given.items()})}


def _key(resource: Mapping[str, Any]) -> str:
    key = resource.get("resource_key")
    return str(resource["addr"] if key is None else key)


def secrets(*texts: str) -> list[str]:
    """Six digits that stand alone: what looks like a code."""
    return [found for text in texts for found in re.findall(r"(?<![\w.:-])\d{6}(?![\w.:-])", text)]
