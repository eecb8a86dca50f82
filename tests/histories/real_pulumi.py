"""A real stack that plays a history's runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

from mfa_association.sandbox import Sandbox
from tests.histories.account import SEED
from tests.histories.history import Run
from tests.histories.killing import play_killed
from tests.histories.program import Program
from tests.histories.render import python
from tests.histories.results import Result, Saved
from tests.histories.world import SEED_VARIABLE
from tests.support.processes import Running
from tests.support.stack import TYPE, Output, Stack

PROVIDER = re.compile(r"histories:part:(\w+)\$")


class RealPulumi:
    """Takes the place of ``PulumiEngine``."""

    def __init__(self, stack: Stack, box: Sandbox) -> None:
        self._stack, self._box = stack, box
        self.moment: Callable[[], int] = lambda: 0
        stack.env[SEED_VARIABLE] = SEED.base32

    def preview(self, program: Program, run: Run) -> bytes:
        """The document of the run's preview."""
        options, _ = self._prepare(program, run)
        if run.command == "destroy":
            command = ["destroy", "--preview-only", "--json"]
        else:
            command = ["preview", "--json", "--show-sames", "--show-replacement-steps"]
        options = [option for option in options if option != "--continue-on-error"]
        return self._stack.run(*command, "--non-interactive", *options).text.encode()

    def run(self, program: Program, run: Run) -> Result:
        """One command."""
        stack, named = self._stack, program.named()
        options, targets = self._prepare(program, run)
        command = [run.command, "--yes", "--skip-preview", "--non-interactive", *options]
        result = Result(full=not targets)
        if run.kill:
            text, code, result.killed = play_killed(self._box, run.kill, lambda: self._start(command))
            if run.kill.victim == "CLI":
                stack.run("cancel", "--yes", "--non-interactive")
        else:
            done: Output = stack.run(*command)
            text, code = done.text, done.code
            result.trace = [f"{one['method'].rpartition('/')[2]} {one['request']['urn']}" for one in done.calls]
        if targets:
            result.left_out = {one.serial.lower() for address, one in named.items() if address not in targets}
        if code:
            result.errors = [text]
        # Where the provider is killed, Pulumi interrupts its own Python host, which says so with a traceback of its own.
        assert "Traceback" not in text or (run.kill and "/mfa_association/" not in text), text
        result.full = result.full and not result.killed
        return result

    def _prepare(self, program: Program, run: Run) -> tuple[list[str], set[str]]:
        """Write program and configuration; the options of the run, and what it targets."""
        stack, named = self._stack, program.named()
        order = list(named)
        if run.order:
            Random(run.order).shuffle(order)
        stack.program(python(program, run, order, self.state))
        limit = program.max_removals
        stack.config.pop("mfa:maxRemovals", None)
        stack.configure(**({} if limit is None else {"mfa_maxRemovals": limit}))
        everything = list(dict.fromkeys([*named, *(saved.address for saved in self.state)]))
        targets = {everything[at % len(everything)] for at in run.target if everything}
        options = [f"--target=**::{_last(address)}" for address in targets]
        if run.command == "up":
            options += [f"--replace=**::{_last(order[at % len(order)])}" for at in run.replace if order]
            options += ["--refresh"] * run.refresh + ["--continue-on-error"] * run.keep_going
        return list(dict.fromkeys(options)), targets

    @property
    def state(self) -> list[Saved]:
        """The records of the checkpoint."""
        latest = json.loads(self._stack.checkpoint())["checkpoint"]["latest"] or {}
        return [_saved(one) for one in latest.get("resources") or [] if one["type"] == TYPE]

    @state.setter
    def state(self, wanted: list[Saved]) -> None:
        """Advice may unprotect records; there is none that drops one."""
        if any(saved.protect for saved in self.state) and not any(saved.protect for saved in wanted):
            self._stack.must("state", "unprotect", "--all", "--yes", "--non-interactive")

    def _start(self, command: list[str]) -> Running:
        arguments = ["pulumi", "--color", "never", *command]
        return Running(arguments, self._stack.folder, dict(self._stack.environment()))


def _last(address: str) -> str:
    return address.partition("/")[2] if address.startswith(("team/", "two/")) else address


def _saved(record: dict[str, Any]) -> Saved:
    part = PROVIDER.search(record["urn"])
    name = record["urn"].rpartition("::")[2] if "::mfa" not in record["urn"] else record["urn"].split("::", 3)[3]
    return Saved(
        f"{part[1]}/{name}" if part else name,
        {key: value for key, value in record["outputs"].items() if key != "__provider"},
        record["inputs"],
        "b" if "pulumi-python::b" in record.get("provider", "") else "",
        old=bool(record.get("delete")),
        protect=bool(record.get("protect")),
        retain=bool(record.get("retainOnDelete")),
    )
