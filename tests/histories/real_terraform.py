"""A real root module that plays a history's runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mfa_association.sandbox import Sandbox
from tests.histories.account import SEED
from tests.histories.history import Run
from tests.histories.killing import play_killed
from tests.histories.program import Program, Record
from tests.histories.render import hcl, slug
from tests.histories.results import Result, Saved
from tests.histories.world import SEED_VARIABLE
from tests.support.terraform_project import TYPE, Project

_COMMANDS = {"up": ("apply",), "refresh": ("apply", "-refresh-only"), "destroy": ("destroy",)}


class RealTerraform:
    """Takes the place of ``TerraformEngine``."""

    def __init__(self, project: Project, box: Sandbox) -> None:
        self._project, self._box = project, box
        self.moment: Callable[[], int] = lambda: 0
        self._addresses: dict[str, str] = {}
        self._records: dict[str, Record] = {}
        project.env[SEED_VARIABLE] = SEED.base32

    def preview(self, program: Program, run: Run) -> bytes:
        """The document of the run's plan; empty where there is none."""
        options, _ = self._prepare(program, run)
        plan = ["plan", "-out=tfplan", *(["-destroy"] if run.command == "destroy" else []), *options]
        if self._project._call(*plan).returncode:
            return b""
        return self._project._call("show", "-json", "tfplan").stdout.encode()

    def run(self, program: Program, run: Run) -> Result:
        """One command."""
        project, named = self._project, program.named()
        options, targets = self._prepare(program, run)
        command = [*_COMMANDS[run.command], "-auto-approve", *options]
        result = Result(full=not targets)
        if run.kill:
            text, code, result.killed = play_killed(self._box, run.kill, lambda: project.running(*command))
        else:
            done = project._call(*command)
            text, code = done.stdout + done.stderr, done.returncode
        if targets:
            result.left_out = {one.serial.lower() for address, one in named.items() if address not in targets}
        if code:
            result.errors = [" ".join(text.replace("│", " ").replace("╷", " ").replace("╵", " ").split())]
        assert "Traceback" not in text and "defect of mfa-association" not in text, text
        result.full = result.full and not result.killed
        self._records.update(named)
        return result

    def _prepare(self, program: Program, run: Run) -> tuple[list[str], set[str]]:
        """Write module and configuration; the options of the run, and what it targets."""
        named, state = program.named(), self.state
        self._addresses.update({slug(address): address for address in named})
        self._project.write(hcl(program, state))
        self._configure(program.max_removals)
        everything = list(dict.fromkeys([*named, *(saved.address for saved in state)]))
        targets = {everything[at % len(everything)] for at in run.target if everything}
        options = [f"-target={TYPE}.{slug(address)}" for address in sorted(targets)]
        if run.command == "up":
            options += [f"-replace={TYPE}.{slug(list(named)[at % len(named)])}" for at in run.replace if named]
        return list(dict.fromkeys(options)), targets

    @property
    def state(self) -> list[Saved]:
        """The records of the state file."""
        path = self._project.folder / "terraform.tfstate"
        resources = json.loads(path.read_text())["resources"] if path.exists() else []
        return [
            self._saved(resource, instance)
            for resource in resources
            if resource["type"] == TYPE
            for instance in resource["instances"]
        ]

    @state.setter
    def state(self, wanted: list[Saved]) -> None:
        """Advice may drop records."""
        for saved in self.state:
            if saved not in wanted:
                self._project.say("state", "rm", f"{TYPE}.{slug(saved.address)}")

    def _saved(self, resource: dict[str, Any], instance: dict[str, Any]) -> Saved:
        address = self._addresses[resource["name"]]
        record = self._records.get(address)
        return Saved(
            address,
            instance["attributes"],
            provider="b" if resource["provider"].endswith(".b") else "",
            old="deposed" in instance,
            tainted=instance.get("status") == "tainted",
            retain=bool(record and record.retain),
        )

    def _configure(self, limit: int | None) -> None:
        endpoint = [{"iam": self._box.url, "sts": self._box.url}]
        block = {"region": "us-east-1", "endpoints": endpoint, "propagation_time": 1, "retry_deadline": 2}
        if limit is not None:
            block["max_removals"] = limit
        blocks = {"provider": {"mfa": [block, {**block, "alias": "b"}]}}
        (self._project.folder / "provider.tf.json").write_text(json.dumps(blocks))
