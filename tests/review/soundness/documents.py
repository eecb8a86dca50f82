"""What `pulumi preview --json` and `terraform show -json PLAN` say of one run of the engines in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mfa_association.inventory.associations import PICKLE
from mfa_association.tokens import PULUMI_TYPE
from tests.histories import pulumi_engine, terraform_engine
from tests.histories.history import Run
from tests.histories.processes import PulumiProcess, TerraformProcess
from tests.histories.program import Program, Record
from tests.histories.pulumi_engine import PROVIDER, PulumiEngine, config, inputs
from tests.histories.results import Saved
from tests.histories.terraform_engine import Node, TerraformEngine
from tests.review.plain import is_plain

Document = dict[str, Any]
URN = f"urn:pulumi:dev::infra::{PULUMI_TYPE}::"


OURS = {"__provider": PICKLE}


def pulumi_preview(engine: PulumiEngine, program: Program, run: Run) -> Document:
    """`pulumi preview --json --show-sames --show-replacement-steps`, with `--refresh` if the run has it."""
    shadow = PulumiEngine(lambda: 0)
    shadow.state = list(engine.state)
    plain = replace(run, trouble=(), pause=(), kill=None, lag=False, neighbour_fails=False, order=0, keep_going=True)
    if run.refresh and run.command == "up":
        shadow.run(program, replace(plain, command="refresh"))
    return _Preview(shadow, program, plain).document()


@dataclass
class _Preview:
    """Check and Diff of everything that is declared, and no step."""

    engine: PulumiEngine
    program: Program
    run: Run
    errors: list[str] = field(default_factory=list)

    def document(self) -> Document:
        operation = pulumi_engine._Operation(self.engine, self.program, self.run)
        destroys = self.run.command == "destroy"
        olds = {} if destroys else operation._olds()
        steps = []
        for address, record in () if destroys else self.program.named().items():
            if not operation._left_out(address):
                steps += list(self._declared(address, record, olds.get(address), operation))
            elif address in olds:
                steps.append(_step("same", address, olds[address], olds[address].inputs, olds[address].provider))
        kept = {id(old) for old in olds.values()}
        for saved in self.engine.state:
            if id(saved) not in kept and not operation._left_out(saved.address):
                steps.append(self._gone(saved))
        errors = [{"severity": "error", "message": one} for one in self.errors]
        counts: dict[str, int] = {}
        for step in steps:
            counts[step["op"]] = counts.get(step["op"], 0) + 1
        return {"config": config(self.program), "steps": steps, "diagnostics": errors, "changeSummary": counts}

    def _declared(self, address: str, record: Record, old: Saved | None, operation: Any) -> Iterator[Document]:
        process = PulumiProcess(config(self.program))
        replacing = old is not None and (old.tainted or address in operation._replace)
        checked, failures = process.check(
            {} if old is None or replacing else old.inputs, {**inputs(record), **PROVIDER}
        )
        if failures:
            self.errors.append("; ".join(failures))
        elif old is None:
            yield _step("create", address, None, checked, record.provider)
        else:
            serial = old.values["serial_number"]
            changes, replaces, _ = (True, [""], False) if replacing else process.diff(serial, old.values, checked)
            for op in (
                ("create-replacement", "replace", "delete-replaced")
                if replaces
                else ("update",)
                if changes
                else ("same",)
            ):
                yield _step(op, address, old, None if op == "delete-replaced" else checked, record.provider)

    def _gone(self, saved: Saved) -> Document:
        if saved.protect and not saved.old:
            self.errors.append(f"{saved.address} is protected")
        return _step("delete-replaced" if saved.old else "delete", saved.address, saved, None)


def _step(op: str, address: str, old: Saved | None, news: Document | None, provider: str = "") -> Document:
    step: Document = {"op": op, "urn": URN + address, "provider": _provider(provider)}
    if old is not None:
        state = _state(address, old.values, old.inputs, old.provider)
        step["oldState"] = state | {"retainOnDelete": old.retain, "protect": old.protect}
    if news is not None:
        step["newState"] = _state(address, old.values if old and op == "same" else {}, news, provider)
    return step


def _provider(name: str) -> str:
    """The reference of the default provider, or of an explicit one."""
    return f"urn:pulumi:dev::infra::pulumi:providers:pulumi-python::{name or 'default'}::6c89f4e6-{name or 'default'}"


def _state(address: str, outputs: Document, given: Document, provider: str) -> Document:
    given, outputs = ({**bag, **OURS} if bag else {} for bag in (given, outputs))
    depends: dict[str, list[str]] = {name: [] for name in given}
    state = {
        "urn": URN + address,
        "custom": True,
        "type": PULUMI_TYPE,
        "inputs": given,
        "propertyDependencies": depends,
    }
    state["provider"] = _provider(provider)
    return state | ({"outputs": outputs, "id": outputs["serial_number"]} if outputs else {})


def terraform_plan(engine: TerraformEngine, program: Program, run: Run) -> Document:
    """`terraform show -json` of the plan that the run would apply."""
    shadow = TerraformEngine(lambda: 0)
    shadow.state = list(engine.state)
    plain = replace(run, trouble=(), pause=(), kill=None, lag=False, order=0)
    operation = terraform_engine._Operation(shadow, program, plain)
    nodes = [node for node in operation._nodes() if not operation._target or node.address in operation._target]
    for address, record in operation._named.items():
        operation._errors(address, TerraformProcess().validate(terraform_engine._config(record)))
    if not operation._result.errors:
        operation._plan(nodes)
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "errored": bool(operation._result.errors),
        "complete": True,
        "planned_values": {},
        "resource_changes": [_change(number, node) for number, node in enumerate(nodes)],
        "configuration": {"root_module": {}},
    }


ACTIONS = {"no-op": ["no-op"], "create": ["create"], "update": ["update"], "delete": ["delete"], "forget": ["forget"]}


def _change(number: int, node: Node) -> Document:
    swap = ["create", "delete"] if node.record and node.record.create_first else ["delete", "create"]
    after = None if node.action in ("delete", "forget") else node.planned
    known = {name: value for name, value in (after or {}).items() if is_plain(value)}
    unknown = {name: True for name in (after or {}) if name not in known}
    change = {
        "actions": swap if node.action == "replace" else ACTIONS[node.action],
        "before": node.saved.values if node.saved else None,
        "after": None if after is None else known,
        "after_unknown": unknown,
    }
    deposed = {"deposed": f"{number:08x}"} if node.saved and node.saved.old else {}
    name = "".join(letter if letter.isalnum() else "_" for letter in node.address)
    address = f"mfa_device_association.{name}"
    return {"address": address, "mode": "managed", "type": "mfa_device_association", "change": change, **deposed}
