"""What the engine asks of one association, on plain values: read, apply, import, upgrade."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mfa_association import lifecycle
from mfa_association.engine import changes, inputs, props
from mfa_association.engine.inputs import is_unknown
from mfa_association.engine.props import StateUnreadable
from mfa_association.errors import MfaError
from mfa_association.lifecycle.refusals import MoveBroken, MoveTakenBack, StateKept, WrongAccount
from mfa_association.terraform import association
from mfa_association.terraform.association import SCHEMA
from mfa_association.terraform.connection import Connection
from mfa_association.terraform.diagnostics import warn
from mfa_association.terraform.faults import NotKnownYet
from mfa_association.validation import ROOT_USER, SerialNumber, check_account_id, check_user_name, parse_serial_number

State = dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """The state after an apply, and the error that it ended with."""

    state: State | None
    fault: MfaError | None = None


def read(connection: Connection, state: State) -> State:
    """What IAM says now; never that it is gone, so that a removed line is always acted on. Raises ``MfaError``."""
    values = association.saved(state)
    saved = props.association(values)
    try:
        live = lifecycle.read(connection.context(values), saved)
    except NotKnownYet as fault:
        warn(f"{saved.serial_number} of {saved.user_name} was not refreshed: {fault}")
        return state
    except WrongAccount as fault:
        if "role_arn" not in values:
            raise
        way_out = "if the configuration names another one now, run once with -refresh=false"
        raise MfaError(f"{fault}; the role_arn of the state was used ({values['role_arn']}): {way_out}") from None
    outputs = props.outputs(values, live)
    connection.remember(outputs)
    return association.state(outputs, values)


def apply(
    connection: Connection, prior: State | None, planned: State | None, config: State | None, *, again: bool = False
) -> Applied:
    """Create, move, renew or delete. Whatever goes wrong, the state is what is true as far as it is known.

    ``again``: what is destroyed is created again right afterwards.
    """
    connection.is_planning = False
    if planned is None:
        return _delete(connection, prior or {}, again)
    news = _news(connection, planned, config or {})
    try:
        outputs = _update(connection, prior, news) if prior else _create(connection, news)
        return Applied(association.state(outputs, planned))
    except StateKept as fault:
        # The new value of ``renew`` did nothing yet: kept, it would have to change once more.
        renew = {"renew": fault.kept.renew}
        return Applied(association.state(props.outputs(news | renew, fault.kept), planned | renew), fault)
    except MoveTakenBack as fault:
        return Applied({**(prior or {}), "active": True, "enable_date": fault.again.enable_date}, fault)
    except MoveBroken as fault:
        return Applied({**(prior or {}), **association.INACTIVE}, fault)
    except MfaError as fault:
        return Applied(prior, fault)


def _news(connection: Connection, planned: State, config: State) -> State:
    """The planned arguments, those that the configuration alone holds, and defaults that the plan did not know yet."""
    once = {name: config.get(name) for name in association.WRITE_ONLY}
    later = [name for name in association.DEFAULTED if is_unknown(planned[name])]
    defaults = {name: choice for name, choice in connection.defaults.items() if name in later}
    known = {name: value for name, value in planned.items() if name not in later}
    return inputs.with_defaults(association.declared({**known, **once}), defaults)


def _delete(connection: Connection, prior: State, again: bool) -> Applied:
    try:
        saved = association.saved(prior)
        if again:
            connection.ledger.mark_declared(props.association(saved).pair)
        changes.delete(connection.context, saved)
        return Applied(None)
    except MfaError as fault:
        return Applied(prior, fault)


def _create(connection: Connection, news: State) -> State:
    inactive = connection.records.keeps_inactive(news)
    return changes.create(connection.context, connection.ledger, news, stay_inactive=inactive)


def _update(connection: Connection, prior: State, news: State) -> State:
    return changes.update(connection.context, connection.ledger, association.saved(prior), news)


def adopted(connection: Connection, id_: str) -> State:
    """The state of an association that exists: ``SERIAL``, ``USER/SERIAL`` or ``root:ACCOUNT/SERIAL``.

    Raises ``InvalidValue``, ``NothingToImport`` or an ``AwsError``.
    """
    serial_number, holder = _parts(id_)
    user_name = ROOT_USER if "root_account_id" in holder else holder.get("user_name")
    live = lifecycle.import_existing(connection.context(holder), serial_number, user_name)
    return association.state(props.outputs({}, live), association.IMPORTED)


def identified(connection: Connection, identity: State) -> State:
    """The state of an association that its identity names, as a query lists it; raises as ``adopted`` does.

    IAM tells the holder of a hardware token to whoever asks each user.
    """
    serial = parse_serial_number(identity["serial_number"])
    if serial.kind.holder_is_listed or serial.registered_by:
        return adopted(connection, serial.text)
    return adopted(connection, f"{connection.holders.of(serial, identity.get('account_id'))}/{serial}")


def _parts(id_: str) -> tuple[SerialNumber, dict[str, str]]:
    """Neither a user name nor an account holds a slash, and a serial number that holds one begins with ``arn:``."""
    if "/" not in id_ or id_.lower().startswith("arn:"):
        return parse_serial_number(id_), {}
    holder, _, serial = id_.partition("/")
    if holder.startswith(association.ROOT):
        return parse_serial_number(serial), {"root_account_id": check_account_id(holder[len(association.ROOT) :])}
    return parse_serial_number(serial), {"user_name": check_user_name(holder)}


def upgraded(raw: bytes, version: int) -> State:
    """A state as any version of this provider saved it. Raises ``StateUnreadable``."""
    if version > SCHEMA.version:
        raise StateUnreadable(f"it was written by a newer version of the provider (schema {version})")
    try:
        kept = json.loads(raw)
    except ValueError:
        raise StateUnreadable("it is not JSON") from None
    if not isinstance(kept, dict):
        raise StateUnreadable("it is not a JSON object")
    return SCHEMA.whole(kept)
