"""PlanResourceChange: what will be, as far as it is known, and what must be said before it happens. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mfa_association import lifecycle
from mfa_association.aws.errors import AwsError
from mfa_association.engine import changes, inputs, props
from mfa_association.engine.inputs import UNKNOWN, is_unknown
from mfa_association.grammar import Fault, SerialNumber, parse_serial_number, same
from mfa_association.lifecycle.refusals import LastDevice
from mfa_association.terraform import association
from mfa_association.terraform.association import COMPUTED, DEFAULTED, SCHEMA
from mfa_association.terraform.connection import Connection, NotKnownYet
from mfa_association.terraform.crossings import Way
from mfa_association.terraform.diagnostics import warn

State = dict[str, Any]
_FOUND = ("active", "enable_date", "user_id")
_SPELLINGS = ("serial_number", "user_name")


@dataclass(frozen=True)
class Planned:
    """The planned state, None for a destroy, and the arguments whose change needs a replacement.

    ``again``: a create of what is there already, so that the destroy before it is to keep the device.
    """

    state: State | None
    replaces: tuple[str, ...] = ()
    again: bool = False


def plan(connection: Connection, prior: State | None, config: State | None) -> Planned:
    """Plan a create, an update, a replacement or (``config`` None) a destroy. Raises ``MfaError``."""
    if config is None:
        if prior is not None:
            _cross(connection, prior, "goes")
            _foresee(connection, association.saved(prior))
        return Planned(None)
    wanted = _wanted(connection, config)
    if prior is not None:
        return _update(connection, prior, wanted)
    again = _cross(connection, wanted, "comes")
    return Planned({**wanted, **_of_a_new_one(wanted)}, again=again)


def _wanted(connection: Connection, config: State) -> State:
    """The arguments as they will be saved: with the provider's defaults, without what is used once."""
    wanted = inputs.with_defaults(association.declared(config), connection.defaults)
    given = {name: config.get(name) for name in SCHEMA.names if config.get(name) is not None}
    defaults = {name: wanted.get(name) for name in DEFAULTED}
    if is_unknown(config["serial_number"]):  # whether a default fits depends on the kind of the device
        defaults |= dict.fromkeys(connection.defaults, UNKNOWN)
    arguments = {**defaults, **given}
    return SCHEMA.whole(
        {name: None if name in association.WRITE_ONLY else arguments.get(name) for name in SCHEMA.names}
    )


def _of_a_new_one(wanted: State) -> State:
    serial = _serial(wanted)
    account_id = serial.account_id if serial else None
    return {
        **dict.fromkeys(COMPUTED, UNKNOWN),
        "id": wanted["serial_number"],
        "device_kind": serial.kind if serial else UNKNOWN,
        "account_id": account_id or wanted["root_account_id"] or UNKNOWN,
    }


def _serial(wanted: State) -> SerialNumber | None:
    try:
        return None if is_unknown(wanted["serial_number"]) else parse_serial_number(wanted["serial_number"])
    except Fault:
        return None


def _update(connection: Connection, prior: State, wanted: State) -> Planned:
    olds, news = association.saved(prior), association.saved(wanted)
    warning = changes.inactive(olds)
    if warning:
        warn(f"{warning}; a new renew value with fresh codes or a seed enables it")
    replaces = tuple(changes.replaces(olds, news))
    _cross(connection, prior, "goes" if "serial_number" in replaces else "stays")
    if replaces:
        _advise(prior, replaces)
        return Planned({**wanted, **_of_a_new_one(wanted)}, replaces)
    kept = {name: prior[name] for name in COMPUTED}
    spelled = {name: prior[name] for name in _SPELLINGS if prior[name] and same(str(prior[name]), str(wanted[name]))}
    found = dict.fromkeys(_FOUND, UNKNOWN) if _looks_anew(olds, news) else {}
    return Planned({**wanted, **spelled, **kept, **found})


def _looks_anew(olds: State, news: State) -> bool:
    unknown = any(is_unknown(news.get(name)) for name in ("user_name", "root_account_id", "renew"))
    return unknown or changes.is_moved(olds, news) or changes.is_renewed(olds, news)


def _cross(connection: Connection, state: State, way: Way) -> bool:
    if is_unknown(state["serial_number"]):
        return False
    return connection.crossings.add(state["serial_number"], props.holder(association.saved(state)), way)


def _advise(prior: State, replaces: tuple[str, ...]) -> None:
    """Say what the engine's own order of a replacement means: it destroys first."""
    if "root_account_id" in replaces:
        return
    holder = props.holder(association.saved(prior))
    warn(
        f"replacing MFA device ({prior['serial_number']}) of user ({holder}): it is deactivated before the new one is "
        "bound, so that the user may be left without a device meanwhile; with create_before_destroy = true in the "
        "resource's lifecycle block the new one comes first",
        "serial_number",
    )


def _foresee(connection: Connection, saved: State) -> None:
    """Let the guards speak now. What cannot be found out is left to the apply, whose role may look at more."""
    found, (on_last_device, _) = props.association(saved), props.removal(saved)
    try:
        lifecycle.foresee(connection.foreseeing(saved), found, connection.guard(found.serial_number, on_last_device))
    except LastDevice as fault:
        if fault.sure:
            raise
        warn(f"{fault}; the apply looks again, and refuses unless it finds out more")
    except (AwsError, NotKnownYet) as fault:
        warn(f"the removal of {found.serial_number} of {found.user_name} was not looked at ahead: {fault}")
