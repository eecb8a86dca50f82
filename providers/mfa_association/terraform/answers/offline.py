"""Checks of what is written, and the function: nothing here asks AWS."""

from __future__ import annotations

from mfa_association.engine import inputs
from mfa_association.errors import MfaError
from mfa_association.terraform import association, data_sources, roster
from mfa_association.terraform.answers.call import Answers, Call, value


def _provider(call: Call) -> None:
    from mfa_association.terraform.connection import Connection

    Connection(value(call.request.config)).config.refuse_faults()


def _resource(call: Call) -> None:
    config = value(call.request.config)
    if not call.request.client_capabilities.write_only_attributes_allowed:
        for name in association.WRITE_ONLY:
            if config.get(name) is not None:
                needs = "this engine has no write-only arguments, it needs Terraform or OpenTofu 1.11 or newer"
                call.told.error(f"checking the arguments: {name} cannot be used; {needs}", name)
    declared = association.declared(config)
    faults = inputs.faults(declared)
    for fault in faults:
        name = association.argument(fault.property)
        rule = association.spelled(fault.reason)
        call.told.error(f"checking the arguments: {name} {rule}" if name else f"checking the arguments: {rule}", name)
    if call.provider.connection:
        call.provider.connection.declare(declared, faults)


def _data_source(call: Call) -> None:
    for fault in data_sources.faults(value(call.request.config)):
        call.told.error(f"checking the arguments: {fault.property} {fault.reason}", fault.property)


def _list(call: Call) -> None:
    config = value(call.request.config) or {}
    for fault in data_sources.faults({name: said for name, said in config.items() if said is not None}):
        call.told.error(f"checking the arguments: {fault.property} {fault.reason}", fault.property)


def _call_function(call: Call) -> None:
    try:
        call.response.result.msgpack = roster.devices(value(call.request.arguments[0]))
    except MfaError as fault:
        call.response.error.text, call.response.error.function_argument = str(fault), 0


ANSWERS: Answers = {
    "ValidateProviderConfig": _provider,
    "ValidateResourceConfig": _resource,
    "ValidateDataResourceConfig": _data_source,
    "ValidateListResourceConfig": _list,
    "CallFunction": _call_function,
}
