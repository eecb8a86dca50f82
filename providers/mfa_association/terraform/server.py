"""The calls of the protocol as bytes: ``call(method, request) -> response``. Knows no transport.

Values are taken out of their messages here, handed to what answers them, and put back. This is where errors leave
Python: an ``MfaError`` as its sentence, and nothing as a traceback.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from mfa_association.engine import inputs
from mfa_association.errors import MfaError
from mfa_association.terraform import association, plan, protocol, resource, roster
from mfa_association.terraform.connection import SCHEMA as PROVIDER_SCHEMA
from mfa_association.terraform.connection import ArgumentFault, Connection
from mfa_association.terraform.data_sources import DATA_SOURCES
from mfa_association.terraform.diagnostics import Told, log, spelled, telling
from mfa_association.terraform.protocol import message
from mfa_association.terraform.schema import cty
from mfa_association.terraform.values import decode, encode

CAPABILITIES = {"plan_destroy": True, "get_provider_schema_optional": True}


class Unimplemented(Exception):
    """A call that this provider has no answer to."""


class Server:
    """One provider. Safe to share between threads: ConfigureProvider comes before all that needs it."""

    def __init__(self) -> None:
        self._connection = Connection()

    def call(self, method: str, data: bytes) -> bytes:
        """Answer one call. Raises ``Unimplemented``."""
        answer = _ANSWERS.get(method)
        if answer is None:
            raise Unimplemented(method)
        kind = protocol.method(method)
        request, response = kind.request.FromString(data), kind.response()
        with telling() as told:
            self._answer(answer, request, response, told)
        if "diagnostics" in response.DESCRIPTOR.fields_by_name:
            response.diagnostics.extend(told.found)
        encoded: bytes = response.SerializeToString()
        return encoded

    def _answer(self, answer: _Answer, request: Any, response: Any, told: Told) -> None:
        try:
            answer(self, request, response, told)
        except ArgumentFault as fault:
            told.error(str(fault), fault.key)
        except MfaError as fault:
            told.error(str(fault))
        except Exception as fault:  # noqa: BLE001 (a defect of ours: the engine would show it as a broken plugin)
            log("error", "a defect of this provider", traceback=traceback.format_exc())
            kind = type(fault).__name__
            told.error(
                f"answering {type(request).DESCRIPTOR.full_name}: {kind}; this is a defect of mfa-association, "
                "please report it with the log that TF_LOG=ERROR shows; the state was kept"
            )

    # What the provider is

    def metadata(self, _request: Any, response: Any, _told: Told) -> None:
        _set_capabilities(response)
        response.resources.add(type_name=association.NAME)
        for name in DATA_SOURCES:
            response.data_sources.add(type_name=name)
        response.functions.add(name=roster.NAME)

    def schema(self, _request: Any, response: Any, _told: Told) -> None:
        _set_capabilities(response)
        response.provider.CopyFrom(PROVIDER_SCHEMA.to_proto())
        response.resource_schemas[association.NAME].CopyFrom(association.SCHEMA.to_proto())
        for name, source in DATA_SOURCES.items():
            response.data_source_schemas[name].CopyFrom(source.schema.to_proto())
        response.functions[roster.NAME].CopyFrom(roster.definition())

    def identity_schemas(self, _request: Any, response: Any, _told: Told) -> None:
        made = response.identity_schemas[association.NAME]
        for name in association.IDENTITY:
            needed = name == "serial_number"
            made.identity_attributes.add(
                name=name, type=cty("string"), required_for_import=needed, optional_for_import=not needed
            )

    def functions(self, _request: Any, response: Any, _told: Told) -> None:
        response.functions[roster.NAME].CopyFrom(roster.definition())

    def stop(self, _request: Any, _response: Any, _told: Told) -> None:
        """Advice only: what is under way ends well, and only go-plugin's Shutdown ends the process."""

    # Checks, offline

    def validate_provider(self, request: Any, _response: Any, _told: Told) -> None:
        Connection(_value(request.config)).config.refuse_faults()

    def validate_resource(self, request: Any, _response: Any, told: Told) -> None:
        config = _value(request.config)
        if not request.client_capabilities.write_only_attributes_allowed:
            for name in association.WRITE_ONLY:
                if config.get(name) is not None:
                    told.error(
                        f"using {name}: this engine has no write-only arguments; it needs Terraform or OpenTofu 1.11",
                        name,
                    )
        for fault in inputs.faults(association.declared(config)):
            path = association.argument(fault.property)
            reason = association.spelled(fault.reason)
            told.error(f"checking the arguments: {path + ' ' if path else ''}{reason}", path)

    def validate_data_source(self, request: Any, _response: Any, told: Told) -> None:
        for fault in DATA_SOURCES[request.type_name].faults(_value(request.config)):
            told.error(f"checking the arguments: {fault.field} {fault.rule}", fault.field)

    # The life of a resource

    def configure(self, request: Any, _response: Any, _told: Told) -> None:
        self._connection = Connection(_value(request.config))

    def upgrade(self, request: Any, response: Any, _told: Told) -> None:
        state = resource.upgraded(request.raw_state.json, request.version)
        response.upgraded_state.msgpack = encode(state)

    def upgrade_identity(self, request: Any, response: Any, _told: Told) -> None:
        state = resource.upgraded(request.raw_identity.json, request.version)
        _identify(response.upgraded_identity, state)

    def read(self, request: Any, response: Any, _told: Told) -> None:
        response.new_state.CopyFrom(request.current_state)
        response.private = request.private
        state = resource.read(self._connection, _value(request.current_state))
        response.new_state.msgpack = encode(state)
        _identify(response.new_identity, state)

    def plan(self, request: Any, response: Any, _told: Told) -> None:
        response.planned_private = request.prior_private
        prior, config = _value(request.prior_state), _value(request.config)
        goes = _value(request.proposed_new_state) is None
        planned = plan.plan(self._connection, prior, None if goes else config)
        response.planned_state.msgpack = encode(planned.state)
        for name in planned.replaces:
            response.requires_replace.add().steps.add(attribute_name=name)
        _identify(response.planned_identity, planned.state if planned.state and not planned.replaces else {})

    def apply(self, request: Any, response: Any, told: Told) -> None:
        prior, planned = _value(request.prior_state), _value(request.planned_state)
        response.new_state.msgpack = encode(prior)
        response.private = request.planned_private
        applied = resource.apply(self._connection, prior, planned, _value(request.config))
        response.new_state.msgpack = encode(applied.state)
        _identify(response.new_identity, applied.state or {})
        if applied.fault:
            told.error(str(applied.fault))

    def import_(self, request: Any, response: Any, _told: Told) -> None:
        identity = _value(request.identity.identity_data) or {}
        state = resource.adopted(self._connection, request.id or identity["serial_number"])
        made = response.imported_resources.add(type_name=association.NAME)
        made.state.msgpack = encode(state)
        _identify(made.identity, state)

    # Data sources and functions

    def read_data_source(self, request: Any, response: Any, _told: Told) -> None:
        source = DATA_SOURCES[request.type_name]
        found = source.read(self._connection, _value(request.config))
        response.state.msgpack = encode(source.schema.whole(found))

    def call_function(self, request: Any, response: Any, _told: Told) -> None:
        try:
            response.result.msgpack = encode(roster.devices(_value(request.arguments[0])))
        except MfaError as fault:
            response.error.text, response.error.function_argument = spelled(str(fault)), 0


_Answer = Callable[[Server, Any, Any, Told], None]
_ANSWERS: dict[str, _Answer] = {
    "GetMetadata": Server.metadata,
    "GetProviderSchema": Server.schema,
    "GetResourceIdentitySchemas": Server.identity_schemas,
    "GetFunctions": Server.functions,
    "StopProvider": Server.stop,
    "ValidateProviderConfig": Server.validate_provider,
    "ValidateResourceConfig": Server.validate_resource,
    "ValidateDataResourceConfig": Server.validate_data_source,
    "ConfigureProvider": Server.configure,
    "UpgradeResourceState": Server.upgrade,
    "UpgradeResourceIdentity": Server.upgrade_identity,
    "ReadResource": Server.read,
    "PlanResourceChange": Server.plan,
    "ApplyResourceChange": Server.apply,
    "ImportResourceState": Server.import_,
    "ReadDataSource": Server.read_data_source,
    "CallFunction": Server.call_function,
}


def _set_capabilities(response: Any) -> None:
    response.server_capabilities.CopyFrom(message("ServerCapabilities")(**CAPABILITIES))


def _value(dynamic: Any) -> Any:
    """The value in a ``DynamicValue``; None of an empty one."""
    return decode(dynamic.msgpack) if dynamic.msgpack else None


def _identify(target: Any, state: dict[str, Any]) -> None:
    found = association.identity(state)
    if found:
        target.identity_data.msgpack = encode(found)
