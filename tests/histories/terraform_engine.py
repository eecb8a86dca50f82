"""A model of Terraform's engine, as far as a provider hears of it (facts of Terraform 1.11.4 and OpenTofu 1.12.6).

Three processes a provider block: validate, plan, apply. Between two addresses nothing is ordered: reads and plans of
different addresses mix in any way, and so do the steps of the apply. At one address a replacement destroys first, unless
``create_before_destroy``. An error in the plan means no apply; an error in the apply stops only what needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from mfa_association.terraform.values import decode
from mfa_association.tokens import TERRAFORM_TYPE
from tests.histories.history import Run
from tests.histories.processes import TerraformProcess, Values, whole
from tests.histories.program import Program, Record
from tests.histories.pulumi_engine import inputs
from tests.histories.results import Killed, Result, Saved

Action = Literal["no-op", "create", "update", "delete", "replace", "forget"]


@dataclass
class Node:
    """One address, or one leftover of it, in one operation."""

    address: str
    provider: str
    record: Record | None
    saved: Saved | None
    action: Action = "no-op"
    planned: Values | None = None
    private: bytes = b""
    origin: Saved | None = None

    def __post_init__(self) -> None:
        self.origin = self.saved


class TerraformEngine:
    """One root module. ``state`` is what its state file holds."""

    def __init__(self, moment: Callable[[], int]) -> None:
        self.state: list[Saved] = []
        self.moment = moment

    def run(self, program: Program, run: Run) -> Result:
        """One command."""
        return _Operation(self, program, run).play()


class _Operation:
    def __init__(self, engine: TerraformEngine, program: Program, run: Run) -> None:
        self._engine, self._program, self._run = engine, program, run
        self._chance = Random(run.order)
        self._result = Result()
        self._processes: dict[str, TerraformProcess] = {}
        self._dead: set[str] = set()
        self._named = {} if run.command == "destroy" else program.named()
        self._state = _moved(engine.state, program)
        addresses = list(self._named)
        everything = list(dict.fromkeys([*addresses, *(saved.address for saved in self._state)]))
        self._replaced = {addresses[at % len(addresses)] for at in run.replace if addresses}
        self._target = {everything[at % len(everything)] for at in run.target if everything}

    def play(self) -> Result:
        nodes = [node for node in self._nodes() if not self._target or node.address in self._target]
        if self._target:
            self._result.left_out = {
                record.serial.lower() for address, record in self._named.items() if address not in self._target
            }
        self._result.full = not self._target
        try:
            self._play(nodes)
        except Killed:
            self._result.killed = True
        self._result.full = self._result.full and not self._result.killed
        return self._result

    def _play(self, nodes: list[Node]) -> None:
        for address, record in self._named.items():
            self._errors(address, TerraformProcess().validate(_config(record)))
        if self._result.errors:
            return
        self._plan(nodes)
        if self._result.errors:
            return
        self._processes.clear()
        self._dead.clear()
        if self._run.command == "refresh":
            self._engine.state = [self._current(nodes, saved) for saved in self._state]
            return
        before = self._engine.state
        self._engine.state = [self._current(nodes, saved) for saved in self._state]
        try:
            self._apply(nodes)
        except Killed:
            self._engine.state = before  # the CLI dies with what it has not written yet
            raise

    def _nodes(self) -> list[Node]:
        current = {saved.address: saved for saved in self._state if not saved.old}
        nodes = [Node(name, one.provider, one, current.get(name)) for name, one in self._named.items()]
        gone = [saved for saved in self._state if saved.old or saved.address not in self._named]
        return nodes + [Node(saved.address, saved.provider, None, saved) for saved in gone]

    def _current(self, nodes: list[Node], saved: Saved) -> Saved:
        """A record as the refresh left it."""
        return next((node.saved for node in nodes if node.saved and node.origin is saved), saved)

    # The plan.

    def _plan(self, nodes: list[Node]) -> None:
        """Every address in its own order, all of them mixed."""
        steps = {id(node): [self._read, self._plan_one] for node in nodes}
        waiting = list(nodes)
        while waiting:
            node = self._chance.choice(waiting) if self._run.order else waiting[0]
            step = steps[id(node)].pop(0)
            if not step(node):
                steps[id(node)].clear()
            if not steps[id(node)]:
                waiting.remove(node)

    def _read(self, node: Node) -> bool:
        if node.saved is None:
            return True
        self._note("Read", node.address)
        state, errors = self._try(node, lambda process: process.read(node.saved.values))  # type: ignore[union-attr]
        if errors:
            self._errors(node.address, errors)
            return False
        node.saved = replace(node.saved, values=state)
        return True

    def _plan_one(self, node: Node) -> bool:
        prior = node.saved.values if node.saved else None
        if self._run.command == "refresh":
            return True
        if node.record is None:
            if node.saved and node.saved.retain and self._run.command != "destroy":
                node.action = "forget"
                return True
            declared = self._program.named().get(node.address)
            if declared and declared.protect and node.saved and not node.saved.old:
                self._errors(node.address, ["prevent_destroy"])
                return False
            return self._plan_with(node, prior, None, "delete")
        config = _config(node.record)
        _, errors = self._try(node, lambda process: (None, process.validate(config)))
        if errors:
            self._errors(node.address, errors)
            return False
        if prior is None:
            return self._plan_with(node, None, config, "create")
        if not self._plan_with(node, prior, config, "update"):
            return False
        if node.action == "replace" or (node.saved and node.saved.tainted) or node.address in self._replaced:
            if node.record.protect:
                self._errors(node.address, ["prevent_destroy"])
                return False
            return self._plan_with(node, None, config, "replace")
        return True

    def _plan_with(self, node: Node, prior: Values | None, config: Values | None, action: Action) -> bool:
        self._note("Plan", node.address)
        response, errors = self._try(node, lambda process: process.plan(prior, config))
        if errors:
            pair = node.saved.pair if node.saved and config is None else None
            self._errors(node.address, errors, pair)
            return False
        node.planned = decode(response.planned_state.msgpack)
        node.private = response.planned_private
        node.action = action
        if action == "update":
            node.action = "replace" if response.requires_replace else "no-op" if node.planned == prior else "update"
        return True

    # The apply.

    def _apply(self, nodes: list[Node]) -> None:
        """The steps of each address in its order, all of them mixed."""
        lists = [self._steps(node) for node in nodes if node.action != "no-op"]
        for node in nodes:
            if node.action == "no-op" and node.saved and node.record:
                self._keep(node.saved, replace(node.saved, **_lifecycle(node.record)))
        while lists:
            chosen = self._chance.choice(lists) if self._run.order else lists[0]
            if not chosen or not chosen.pop(0)():
                lists.remove(chosen)

    def _steps(self, node: Node) -> list[Callable[[], bool]]:
        if node.action == "forget":
            return [lambda: self._drop(node)]
        if node.action == "delete":
            return [lambda: self._destroy(node)]
        if node.action != "replace":
            return [lambda: self._write(node)]
        if node.record and node.record.create_first:
            return [lambda: self._write(node), lambda: self._destroy(node)]
        return [lambda: self._destroy(node), lambda: self._write(node)]

    def _write(self, node: Node) -> bool:
        """Create or update: planned once more, then applied."""
        assert node.record is not None
        prior = node.saved.values if node.saved and node.action == "update" else None
        config = _config(node.record)
        self._note("Apply", node.address)
        _, errors = self._try(node, lambda process: (None, process.validate(config)))
        if not errors:
            _, errors = self._try(node, lambda process: process.plan(prior, config))
        planned, private = node.planned, node.private
        state: Values | None = prior
        if not errors:
            state, errors = self._try(node, lambda process: process.apply(prior, planned, config, private))
            state = prior if state == "unknown" else state
        saved = replace(_saved(node, state), tainted=bool(errors) and prior is None) if state else None
        if node.action == "update" and node.saved and saved:
            self._keep(node.saved, saved)
            node.saved = saved
        elif saved:
            if node.saved and node.record.create_first:
                old = replace(node.saved, old=True)
                self._keep(node.saved, old)
                node.saved = old
            self._engine.state = [*self._engine.state, saved]
        if errors:
            self._errors(node.address, errors)
            self._result.failed.append((node.record.pair, self._engine.moment()))
        return not errors

    def _destroy(self, node: Node) -> bool:
        assert node.saved is not None
        saved = node.saved
        self._note("Destroy", node.address)
        state, errors = self._try(
            node,
            lambda process: process.apply(saved.values, None, None, node.private),
            saved.provider if node.record is None else None,
        )
        if errors:
            self._errors(node.address, errors, saved.pair)
            if isinstance(state, dict):
                self._keep(saved, replace(saved, values=state))
                return False
            if state == "unknown":
                return False
        return self._drop(node) and not errors

    def _drop(self, node: Node) -> bool:
        self._engine.state = [one for one in self._engine.state if one is not node.saved]
        return True

    def _keep(self, old: Saved, new: Saved) -> None:
        self._engine.state = [new if one is old else one for one in self._engine.state]

    def _try(
        self, node: Node, verb: Callable[[TerraformProcess], tuple[Any, list[str]]], provider: str | None = None
    ) -> tuple[Any, list[str]]:
        """Call the provider of a node, unless it was killed."""
        name = node.provider if provider is None else provider
        if name in self._dead:
            return "unknown", ["Plugin did not respond"]
        if name not in self._processes:
            limit = {} if self._program.max_removals is None else {"max_removals": self._program.max_removals}
            self._processes[name] = TerraformProcess(region="us-east-1", **limit)
        try:
            return verb(self._processes[name])
        except Killed:
            if self._run.kill and self._run.kill.victim == "CLI":
                raise
            self._dead.add(name)
            self._result.killed = True
            return "unknown", ["Plugin did not respond"]

    def _errors(self, address: str, errors: list[str], pair: tuple[str, str] | None = None) -> None:
        self._result.errors += [f"{address}: {error}" for error in errors]
        if pair:
            self._result.refused += [(pair, error) for error in errors]

    def _note(self, verb: str, address: str) -> None:
        self._result.trace.append(f"{verb} {address}")


def _moved(state: list[Saved], program: Program) -> list[Saved]:
    """The state after the `moved` blocks: each takes an address that is free."""
    for new, old in program.moves.items():
        taken = {saved.address for saved in state if not saved.old}
        if new not in taken:
            state = [
                replace(saved, address=new) if saved.address == old and not saved.old else saved for saved in state
            ]
    return state


def _config(record: Record) -> Values:
    return whole(inputs(record))


def _lifecycle(record: Record) -> dict[str, Any]:
    return {"protect": record.protect, "retain": record.retain, "provider": record.provider, "guard": record.guard}


def _saved(node: Node, state: Values) -> Saved:
    assert node.record is not None
    return Saved(node.address, state, **_lifecycle(node.record))


assert TERRAFORM_TYPE
