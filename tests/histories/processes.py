"""Provider processes in memory: each has the module state that a new interpreter would have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any, TypeVar

from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from mfa_association.engine import contexts
from mfa_association.pulumi import runtime
from mfa_association.pulumi.provider import Provider
from mfa_association.terraform import association, block, protocol
from mfa_association.terraform.schema import Schema
from mfa_association.terraform.server import Server
from mfa_association.terraform.values import decode
from mfa_association.tokens import TERRAFORM_TYPE
from tests.support.protocol import answer

T = TypeVar("T")
Values = dict[str, Any]


class Crash(AssertionError):
    """An exception that is no sentence left the provider."""


class PulumiProcess:
    """A process of the dynamic provider: the stateless class, and the state of its runtime module."""

    def __init__(self, config: Values) -> None:
        self.said: list[str] = []
        self._names = _fresh(runtime)
        self._names["_log"] = lambda _severity, message: self.said.append(message)
        self._announced: set[str] = set()
        self._provider = Provider()
        self.call(self._provider.configure, ConfigureRequest(Config(config, "histories")))

    def call(self, verb: Callable[..., T], *arguments: Any) -> T:
        """Call a verb within this process."""
        before, announced = dict(vars(runtime)), contexts._announced
        vars(runtime).update(self._names)
        contexts._announced = self._announced
        try:
            return verb(*arguments)
        finally:
            vars(runtime).update(before)
            contexts._announced = announced
            sys.tracebacklimit = 1000

    def check(self, olds: Values, news: Values) -> tuple[Values, list[str]]:
        """The checked inputs, and what is wrong with them."""
        answer = self.call(self._provider.check, olds, news)
        return answer.inputs, [f"{failure.property}: {failure.reason}" for failure in answer.failures or []]

    def diff(self, serial: str, olds: Values, news: Values) -> tuple[bool, list[str], bool]:
        """Whether anything changes, what replaces, and whether the old one goes first."""
        answer = self.call(self._provider.diff, serial, olds, news)
        return bool(answer.changes), list(answer.replaces or []), bool(answer.delete_before_replace)

    def create(self, props: Values) -> Values:
        return dict(self.call(self._provider.create, props).outs or {})

    def read(self, serial: str, props: Values) -> Values:
        return dict(self.call(self._provider.read, serial, props).outs or {})

    def update(self, serial: str, olds: Values, news: Values) -> Values:
        return dict(self.call(self._provider.update, serial, olds, news).outs or {})

    def delete(self, serial: str, props: Values) -> Values:
        self.call(self._provider.delete, serial, props)
        return {}


_CODE: dict[str, CodeType] = {}


def _fresh(module: ModuleType) -> Values:
    """The names of a module that was just imported for the first time."""
    if module.__name__ not in _CODE:
        loader: Any = module.__spec__ and module.__spec__.loader
        _CODE[module.__name__] = loader.get_code(module.__name__)
    names = {name: value for name, value in vars(module).items() if name.startswith("__")}
    exec(_CODE[module.__name__], names)
    return names


class TerraformProcess:
    """A process of the Terraform provider, spoken to in bytes as the engine does."""

    def __init__(self, **arguments: Any) -> None:
        self._server = Server()
        if arguments:
            config = {**block.SCHEMA.whole({}), **{one.name: [] for one in block.SCHEMA.blocks}, **arguments}
            _, errors = self.call("ConfigureProvider", config=config)
            assert not errors, errors

    def call(self, method: str, **values: Any) -> tuple[Any, list[str]]:
        """Make a call; the response, and its errors."""
        response = answer(self._server, method, **values)
        errors = [f"{one.summary}: {one.detail}" for one in response.diagnostics if one.severity == 1]
        if any("defect of mfa-association" in error for error in errors):
            raise Crash(errors)
        return response, errors

    def validate(self, config: Values) -> list[str]:
        allowed = protocol.message("ClientCapabilities")(write_only_attributes_allowed=True)
        return self.call(
            "ValidateResourceConfig", type_name=TERRAFORM_TYPE, config=whole(config), client_capabilities=allowed
        )[1]

    def read(self, state: Values) -> tuple[Values, list[str]]:
        response, errors = self.call("ReadResource", type_name=TERRAFORM_TYPE, current_state=state)
        return state if errors else decode(response.new_state.msgpack), errors

    def plan(self, prior: Values | None, config: Values | None) -> tuple[Any, list[str]]:
        written = None if config is None else whole(config)
        return self.call(
            "PlanResourceChange",
            type_name=TERRAFORM_TYPE,
            prior_state=prior,
            proposed_new_state=written,
            config=written,
        )

    def apply(
        self, prior: Values | None, planned: Values | None, config: Values | None, private: bytes
    ) -> tuple[Values | None, list[str]]:
        response, errors = self.call(
            "ApplyResourceChange",
            type_name=TERRAFORM_TYPE,
            prior_state=prior,
            planned_state=planned,
            config=None if config is None else whole(config),
            planned_private=private,
        )
        return decode(response.new_state.msgpack), errors


def whole(values: Values, schema: Schema = association.SCHEMA) -> Values:
    """A configuration with every attribute."""
    return schema.whole(values)
