"""The provider's calls as an engine makes them, on plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mfa_association.terraform import association, block, protocol
from mfa_association.terraform.schema import Schema
from mfa_association.terraform.server import Server
from mfa_association.terraform.values import decode
from mfa_association.tokens import TERRAFORM_TYPE
from tests.support.protocol import answer
from tests.support.stage import Stage

State = dict[str, Any]
SEVERITIES = {1: "error", 2: "warning"}


@dataclass
class Answer:
    """A response, and what was told besides."""

    message: Any
    told: list[tuple[str, str, str]]

    @property
    def errors(self) -> list[str]:
        """The errors as sentences."""
        return [text for severity, text, _ in self.told if severity == "error"]

    @property
    def warnings(self) -> list[str]:
        """The warnings as sentences."""
        return [text for severity, text, _ in self.told if severity == "warning"]

    def state(self, name: str) -> Any:
        """A value of the response."""
        return decode(getattr(self.message, name).msgpack)


@dataclass
class Caller:
    """An engine's side of the protocol."""

    server: Server = field(default_factory=Server)

    @classmethod
    def configured(cls, stage: Stage, **arguments: Any) -> Caller:
        """A provider with the stage's endpoints, and short of patience."""
        endpoints = [{"iam": stage.box.url, "sts": stage.box.url, "ssm": None, "secretsmanager": None}]
        usual = {"region": "us-east-1", "endpoints": endpoints, "assume_role": [], "propagation_time": 0}
        caller = cls()
        answer = caller.call("ConfigureProvider", config=whole(block.SCHEMA, usual | arguments))
        assert not answer.told
        return caller

    def call(self, method: str, **values: Any) -> Answer:
        """Make a call; ``DynamicValue``s may be given as plain values."""
        response = answer(self.server, method, **values)
        return Answer(response, [_told(one) for one in getattr(response, "diagnostics", [])])

    def validate(self, config: State, write_only: bool = True) -> Answer:
        capabilities = protocol.message("ClientCapabilities")(write_only_attributes_allowed=write_only)
        config = whole(association.SCHEMA, config)
        return self.call("ValidateResourceConfig", type_name=NAME, config=config, client_capabilities=capabilities)

    def plan(self, prior: State | None, config: State | None) -> Answer:
        """Plan, with the proposal that an engine makes of prior state and configuration."""
        written = None if config is None else whole(association.SCHEMA, config)
        values = {"prior_state": prior, "proposed_new_state": written, "config": written}
        return self.call("PlanResourceChange", type_name=NAME, **values)

    def apply(self, prior: State | None, planned: State | None, config: State | None) -> Answer:
        written = None if config is None else whole(association.SCHEMA, config)
        values = {"prior_state": prior, "planned_state": planned, "config": written}
        return self.call("ApplyResourceChange", type_name=NAME, **values)

    def up(self, prior: State | None, config: State | None) -> Answer:
        """Plan, then apply what was planned, as an engine's two processes do."""
        planned = self.plan(prior, config)
        assert not planned.errors, planned.errors
        return self.apply(prior, planned.state("planned_state"), config)

    def read(self, state: State) -> Answer:
        return self.call("ReadResource", type_name=NAME, current_state=state)

    def adopt(self, id_: str) -> Answer:
        return self.call("ImportResourceState", type_name=NAME, id=id_)


NAME = TERRAFORM_TYPE


def whole(schema: Schema, values: State) -> State:
    """A configuration with every attribute and block."""
    unknown = values.keys() - {*schema.names, *(one.name for one in schema.blocks)}
    assert not unknown, unknown
    return {**schema.whole(values), **{one.name: values.get(one.name, []) for one in schema.blocks}}


def _told(one: Any) -> tuple[str, str, str]:
    path = ".".join(step.attribute_name for step in one.attribute.steps)
    return SEVERITIES[one.severity], f"{one.summary}: {one.detail}" if one.detail else one.summary, path
