"""PlanResourceChange: what will be, as far as it is known, and what must be said before it happens. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

from mfa_association import lifecycle
from mfa_association.aws.errors import AwsError
from mfa_association.engine import changes, inputs, props
from mfa_association.engine.inputs import UNKNOWN, is_unknown
from mfa_association.engine.repeats import NOT_CHECKED
from mfa_association.errors import MfaError
from mfa_association.lifecycle.refusals import LastDevice
from mfa_association.terraform import association
from mfa_association.terraform.association import COMPUTED, DEFAULTED, SCHEMA
from mfa_association.terraform.conflicts import Met, PlannedAction
from mfa_association.terraform.connection import Connection
from mfa_association.terraform.diagnostics import warn
from mfa_association.terraform.faults import NotKnownYet
from mfa_association.validation import InvalidValue, SerialNumber, parse_serial_number, same

State = dict[str, Any]
_FOUND = ("active", "enable_date", "user_id")
_SPELLINGS = ("serial_number", "user_name")


@final
class StaysInactive(MfaError):
    """You replace (`-replace`, `taint`) the resource of a device that was deactivated outside this code."""

    def __init__(self, user_name: str, serial_number: str) -> None:
        super().__init__(
            f"binding MFA device ({serial_number}) to user ({user_name}): it was deactivated outside this code, and replacing its "
            "record would enable it again; nothing was changed. To enable it, give a new renew value; else leave out "
            "-replace, or run `terraform untaint ADDRESS`"
        )


@final
class WrongRole(MfaError):
    """`role_arn` names a role of another account than the device's; no later run could read the device with it."""

    def __init__(self, serial_number: str, role_arn: str, account_id: str) -> None:
        self.argument = "role_arn"
        super().__init__(
            f"planning MFA device ({serial_number}): the device belongs to account {account_id}, but role_arn "
            f"{role_arn} does not; nothing was changed, name a role of that account"
        )


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
        if prior is not None and connection.is_planning:
            _destroy(connection, association.saved(prior))
        return Planned(None)
    wanted = _wanted(connection, config)
    if prior is not None:
        return _update(connection, prior, wanted)
    return _create(connection, wanted, association.declared(config))


def _destroy(connection: Connection, saved: State) -> None:
    if _add_to_conflicts(connection, saved, "goes") == "a conflict":
        return
    if _foresee(connection, saved) is not False:
        connection.successors.leaves(saved)


def _create(connection: Connection, wanted: State, declared: State) -> Planned:
    serial = _serial(wanted)
    _check_role(wanted, serial.account_id if serial else None)
    met = _add_to_conflicts(connection, wanted, "comes")
    if connection.is_planning and connection.records.keeps_inactive(declared) and inputs.can_enable(declared):
        raise StaysInactive(props.holder(wanted), wanted["serial_number"])
    if met == "itself":
        _tell_double(wanted)
    elif met == "nothing":
        _declare(connection, declared)
    return Planned({**wanted, **_of_a_new_one(wanted)}, again=met == "itself")


def _declare(connection: Connection, declared: State) -> None:
    """Note a successor, and say what is odd about it."""
    for caution in inputs.cautions(declared):
        warn(caution, "serial_number")
    if connection.is_planning:
        connection.successors.comes(declared)


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
        "device_kind": serial.kind.name if serial else UNKNOWN,
        "account_id": account_id or wanted["root_account_id"] or UNKNOWN,
    }


def _serial(wanted: State) -> SerialNumber | None:
    try:
        return None if is_unknown(wanted["serial_number"]) else parse_serial_number(wanted["serial_number"])
    except InvalidValue:
        return None


def _update(connection: Connection, prior: State, wanted: State) -> Planned:
    olds, news = association.saved(prior), association.saved(wanted)
    warning = changes.inactive(olds)
    if warning:
        warn(f"{warning}; a new renew value with fresh codes or a seed enables it")
    replaces = tuple(changes.replaces(olds, news))
    if not replaces:
        _check_role(wanted, prior["account_id"])
    met = _add_to_conflicts(connection, olds, "goes" if "serial_number" in replaces else "stays")
    if connection.is_planning and met != "a conflict":
        _foresee_change(connection, olds, news, replaces)
    if replaces:
        _advise(prior, replaces)
        return Planned({**wanted, **_of_a_new_one(wanted)}, replaces)
    kept = {name: prior[name] for name in COMPUTED}
    spelled = {name: prior[name] for name in _SPELLINGS if prior[name] and same(str(prior[name]), str(wanted[name]))}
    same_truth = {name: False for name in association.TRUTHS if wanted[name] is None and prior[name] is False}
    unknown = dict.fromkeys(_FOUND, UNKNOWN) if _looks_anew(olds, news) else {}
    return Planned({**wanted, **spelled, **same_truth, **kept, **unknown})


def _looks_anew(olds: State, news: State) -> bool:
    unknown = any(is_unknown(news.get(name)) for name in ("user_name", "root_account_id", "renew"))
    return unknown or changes.is_moved(olds, news) or changes.is_renewed(olds, news)


def _foresee_change(connection: Connection, olds: State, news: State, replaces: tuple[str, ...]) -> None:
    """What a replacement takes; what a move takes and gives; what a renewal gives."""
    takes = bool(replaces) or changes.is_moved(olds, news)
    if takes and _foresee(connection, olds, changing=True) is not False:
        connection.successors.leaves(olds)
    if not replaces and (changes.is_moved(olds, news) or changes.is_renewed(olds, news)):
        _declare(connection, news)


def _check_role(wanted: State, account_id: str | None) -> None:
    """A root user's device is reached from the management account's role; any other from a role of its own account."""
    role_arn = wanted["role_arn"]
    if not isinstance(role_arn, str) or wanted["root_account_id"] is not None or not account_id:
        return
    if role_arn.split(":")[4] != account_id:
        raise WrongRole(str(wanted["serial_number"]), role_arn, account_id)


def _add_to_conflicts(connection: Connection, values: State, action: PlannedAction) -> Met:
    return connection.conflicts.add(values, action) if connection.is_planning else "nothing"


def _tell_double(wanted: State) -> None:
    warn(
        f"binding MFA device ({wanted['serial_number']}) to user ({props.holder(wanted)}): it is declared already; "
        "a replacement of that resource changes nothing; otherwise declare the device at one address only, because a plan "
        "that removes one of two is refused"
    )


def _advise(prior: State, replaces: tuple[str, ...]) -> None:
    """Say what the engine's own order of a replacement means: it destroys first, and does not tell whether it does."""
    if changes.is_old_first(replaces):
        return
    holder = props.holder(association.saved(prior))
    warn(
        f"replacing MFA device ({prior['serial_number']}) of user ({holder}): unless the resource's lifecycle block says "
        "create_before_destroy = true, it is deactivated before the new one is bound, and the user may be left without "
        "a device in between",
        "serial_number",
    )


def _foresee(connection: Connection, saved: State, *, changing: bool = False) -> bool | None:
    """Let the guards speak now; whether the holder has the device, None where that was not found out.

    What cannot be found out is left to the apply, whose role may look at more. ``changing``: the device is replaced or
    moved, where the order is the engine's: it is only counted.
    """
    association, on_last_device = props.association(saved), props.settings(saved)["on_last_device"]
    try:
        context = connection.for_plan(saved)
        limit = context.limits.max_removals
        if changing and limit is None:
            return None
        guard = "allow" if changing else connection.guard(association.serial_number, on_last_device)
        unlimited = replace(context, limits=replace(context.limits, max_removals=None))
        listed = lifecycle.check_delete(unlimited, association, guard)
    except LastDevice as fault:
        if fault.sure:
            raise
        warn(f"{fault}; the apply checks again, and refuses if it still cannot tell")
        return None
    except (AwsError, NotKnownYet) as fault:
        subject = f"{association.serial_number} of {association.user_name}"
        if connection.repeats.is_repeated(fault):
            warn(f"{NOT_CHECKED}: {subject}")
        else:
            warn(f"this plan did not check the removal of {subject}: {fault}")
        return None
    if listed is not False:
        connection.removals.add(limit)
    return listed
