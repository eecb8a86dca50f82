"""The life of a resource, and the data sources: what may ask AWS."""

from __future__ import annotations

from typing import Any

from mfa_association.engine import props
from mfa_association.errors import MfaError
from mfa_association.terraform import association, data_sources, listing, plan, reads, resource
from mfa_association.terraform.answers.call import Answers, Call, put, value
from mfa_association.terraform.conflicts import RECREATE_MARKER
from mfa_association.terraform.connection import Connection
from mfa_association.terraform.diagnostics import warn
from mfa_association.tokens import TERRAFORM_TYPE


def _connection(call: Call) -> Connection:
    """The configured provider; one that nobody configured has the usual AWS environment."""
    if call.provider.connection is None:
        call.provider.connection = Connection()
    return call.provider.connection


def _configure(call: Call) -> None:
    call.provider.connection = Connection(value(call.request.config), call.request.terraform_version)


def _upgrade(call: Call) -> None:
    state = resource.upgraded(call.request.raw_state.json, call.request.version)
    put(call.response.upgraded_state, state)
    if call.provider.connection:
        call.provider.connection.remember(association.saved(state))


def _upgrade_identity(call: Call) -> None:
    state = resource.upgraded(call.request.raw_identity.json, call.request.version)
    _identify(call.response.upgraded_identity, state)


def _read(call: Call) -> None:
    call.response.new_state.CopyFrom(call.request.current_state)
    connection, saved = _connection(call), value(call.request.current_state)
    try:
        state = resource.read(connection, saved)
    except MfaError as fault:
        connection.repeats.refuse_once(fault, f"{saved['serial_number']} of {props.holder(saved)}", warn)
        return
    put(call.response.new_state, state)
    _identify(call.response.new_identity, state)


def _plan(call: Call) -> None:
    goes = value(call.request.proposed_new_state) is None
    config = None if goes else value(call.request.config)
    planned = plan.plan(_connection(call), value(call.request.prior_state), config)
    put(call.response.planned_state, planned.state)
    told = call.told.marks() if goes else b""
    call.response.planned_private = RECREATE_MARKER if planned.again else told
    for name in planned.replaces:
        call.response.requires_replace.add().steps.add(attribute_name=name)
    if not planned.replaces:
        _identify(call.response.planned_identity, planned.state)


def _apply(call: Call) -> None:
    prior, planned = value(call.request.prior_state), value(call.request.planned_state)
    put(call.response.new_state, prior)
    private = call.request.planned_private
    again = private == RECREATE_MARKER
    connection = _connection(call)
    applied = resource.apply(connection, prior, planned, value(call.request.config), again=again)
    call.told.leave_out(b"" if again else private)
    put(call.response.new_state, applied.state)
    _identify(call.response.new_identity, applied.state)
    if applied.fault:
        raise connection.repeats.shorten(applied.fault)


def _import(call: Call) -> None:
    identity = value(call.request.identity.identity_data) or {}
    connection = _connection(call)
    given = call.request.id
    state = resource.adopted(connection, given) if given else resource.identified(connection, identity)
    made = call.response.imported_resources.add(type_name=TERRAFORM_TYPE)
    put(made.state, state)
    _identify(made.identity, state)


def _read_data_source(call: Call) -> None:
    name = call.request.type_name
    state = reads.READS[name](_connection(call), value(call.request.config))
    put(call.response.state, data_sources.SCHEMAS[name].whole(state))


def _list(call: Call) -> None:
    config = value(call.request.config) or {}
    for state in listing.devices(_connection(call), config, call.request.limit):
        event = call.event()
        event.display_name = listing.display_name(state)
        _identify(event.identity, state)
        if call.request.include_resource_object:
            put(event.resource_object, state)


def _identify(target: Any, state: dict[str, Any] | None) -> None:
    identity = association.identity(state or {})
    if identity:
        put(target.identity_data, identity)


ANSWERS: Answers = {
    "ConfigureProvider": _configure,
    "UpgradeResourceState": _upgrade,
    "UpgradeResourceIdentity": _upgrade_identity,
    "ReadResource": _read,
    "PlanResourceChange": _plan,
    "ApplyResourceChange": _apply,
    "ImportResourceState": _import,
    "ReadDataSource": _read_data_source,
    "ListResource": _list,
}
