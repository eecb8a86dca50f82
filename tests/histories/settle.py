"""The seventh rule: once AWS is quiet, full runs end clean, or in a refusal whose own advice, followed, ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from tests.histories.account import Account
from tests.histories.changes import MISSPELT
from tests.histories.program import ACCOUNT, OTHER, Program, Record
from tests.histories.results import Saved, record_of

ADVICES = 8
_OVERRIDE = re.compile(r"(MFA_ASSOCIATION_[A-Z_]+)=([\w:/.-]+)")


@dataclass
class Situation:
    """What advice is followed in: the program, AWS, the state, the environment of the next run."""

    program: Program
    account: Account
    state: list[Saved]
    environment: dict[str, str] = field(default_factory=dict)


def follow(situation: Situation, errors: list[str]) -> bool:
    """Do what the refusals advise; whether there was anything to do."""
    said = "\n".join(errors)
    followed = False
    for variable, value in _OVERRIDE.findall(said):
        allowed = "1000" if value == "N" else value.rstrip(".,")
        known = situation.environment.get(variable)
        situation.environment[variable] = (
            allowed if variable.endswith("REMOVALS") or not known else f"{known},{allowed}"
        )
        if variable.endswith("DEVICE") and ":" not in allowed:
            situation.environment[variable] = allowed
        followed = True
    for words, advice in ADVICE.items():
        if re.search(words, said, re.IGNORECASE):
            advice(situation, said)
            followed = True
    return followed


def _each(change: Callable[[Situation, Record], Record | None]) -> Callable[[Situation, str], None]:
    def advice(situation: Situation, said: str) -> None:
        lines = (change(situation, record) for record in situation.program.named().values())
        situation.program = replace(situation.program, records=tuple(line for line in lines if line))

    return advice


def _correct_serial(_situation: Situation, record: Record) -> Record:
    return replace(record, serial=record.serial.removesuffix(MISSPELT))


def _take_from_present_holder(situation: Situation, record: Record) -> Record:
    holder = situation.account.holder_name(record.serial)
    if holder and holder.lower() != record.holder.lower():
        situation.account.take(record.serial)
    return record


def _create_user(situation: Situation, record: Record) -> Record:
    if record.holder.lower() not in situation.account.users:
        situation.account.create_user(record.holder)
    return record


def _register(situation: Situation, record: Record) -> Record:
    account = situation.account
    record = _correct_serial(situation, record)
    there = record.serial.lower() in account.devices and record.holder.lower() in account.users
    if there and account.holder_name(record.serial) is None:
        account.give(record.holder, record.serial)
    return record


def _move_by_hand(situation: Situation, record: Record) -> Record:
    return _register(situation, _take_from_present_holder(situation, record))


def _register_or_insist_no_more(situation: Situation, said: str) -> None:
    """Of two lines of one device only one can have it: the first that insists; the others insist no more."""
    has_it: dict[str, str] = {}

    def follow(situation: Situation, record: Record) -> Record:
        if not record.require_active:
            return _register(situation, record)
        holder = record.holder.lower()
        if has_it.setdefault(record.serial.lower(), holder) != holder:
            return replace(record, require_active=False)
        return _move_by_hand(situation, record)

    _each(follow)(situation, said)


def _take_renew_back(situation: Situation, _said: str) -> None:
    """The value that the line's own record holds, for what only its user can register."""
    program = situation.program
    lines = []
    for address, record in program.named().items():
        saved = record_of(address, program, situation.state)
        old = str(saved.values.get("renew") or "") if saved else ""
        lines.append(replace(record, renew=old) if ":u2f/" in record.serial else record)
    situation.program = replace(program, records=tuple(lines))


def _declare_once(situation: Situation, _said: str) -> None:
    """A device has one holder: of two lines for two users the first stays."""
    first: dict[str, str] = {}
    lines = situation.program.named().values()
    kept = [line for line in lines if first.setdefault(line.serial.lower(), line.holder.lower()) == line.holder.lower()]
    situation.program = replace(situation.program, records=tuple(kept))


def _remove_from_present_holder(situation: Situation, said: str) -> None:
    """In AWS; and where the present holder has a line for the device too, one of the two lines goes."""
    _declare_once(situation, said)
    _each(_take_from_present_holder)(situation, said)


def _unprotect(situation: Situation, said: str) -> None:
    """`pulumi state unprotect`, and the same in the program."""
    _each(lambda _situation, record: replace(record, protect=False))(situation, said)
    situation.state[:] = [replace(saved, protect=False) for saved in situation.state]


def _say_that_it_moved(situation: Situation, said: str) -> None:
    """A moved block where the new address is free and the old one is not declared any more, else `terraform state rm`:
    the device stays."""
    taken = {saved.address for saved in situation.state}
    named = situation.program.named()
    moved = list(situation.program.moved)
    for saved in list(situation.state):
        serial = saved.pair[0]
        new = next((address for address, one in named.items() if one.serial.lower() == serial), None)
        here = named.get(saved.address)
        stays = here is not None and here.serial.lower() == serial and not saved.old
        if serial not in said.lower() or new is None or stays:
            continue
        if new in taken or saved.old or here is not None:
            situation.state.remove(saved)
        else:
            moved.append((saved.address, new))
            taken.add(new)
    situation.program = replace(situation.program, moved=tuple(moved))


ADVICE: Final[dict[str, Callable[[Situation, str], None]]] = {
    r"declare it for one of them only|move it by hand first|remove the line of": _declare_once,
    r"there is no such device|correct (the )?serial": _each(_correct_serial),
    rf"account {ACCOUNT} has no such user|user does not exist": _each(_create_user),
    r"remove it from its present holder|deactivate it for its present holder": _remove_from_present_holder,
    r"does not hold it and require_active|require_active is set": _register_or_insist_no_more,
    r"move it by hand first|register the key in the console": _each(_move_by_hand),
    rf"account {OTHER} has no such user|use credentials of account|name a role of that account": _each(
        lambda _s, record: replace(record, foreign_role=False)
    ),
    r"correct seed_source": _each(lambda _s, record: replace(record, enabler="seed" if record.enabler else "")),
    r"there are neither codes nor a seed": _each(lambda _s, record: replace(record, enabler="seed")),
    r"set renew back to its old value": _take_renew_back,
    r"give a new renew value": _each(lambda _s, record: replace(record, renew=f"{record.renew}+", enabler="seed")),
    r"run again with two fresh codes": lambda _s, _said: None,
    r"protected|prevent_destroy": _unprotect,
    r"cannot be used: a FIDO key": _each(
        lambda _s, one: replace(one, enabler="" if ":u2f/" in one.serial else one.enabler)
    ),
    r"(with|add) a moved block": _say_that_it_moved,
}
"""What a refusal says, and how the oracle follows it."""
