"""How a program changes: one function a step, from program to program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.histories.history import Change, Way
from tests.histories.program import LINES, USERS, Program, Record

Step = Callable[[Program, int, int], Program]
MISSPELT = "-typo"


def first(lines: tuple[int, ...]) -> Program:
    """The program of so many lines."""
    serials = list(LINES)
    chosen = dict.fromkeys(serials[line % len(serials)] for line in lines)
    return Program(tuple(Record(serial, LINES[serial]) for serial in chosen))


def changed(program: Program, before: Program, change: Change) -> Program:
    """The program after a change; the same where there is nothing to change. ``before``: an earlier version."""
    if change.way == "revert":
        return before
    if change.way in _OF_ANY:
        return _OF_ANY[change.way](program, change.at, change.to)
    if not program.records:
        return program
    return _OF_ONE[change.way](program, change.at % len(program.records), change.to)


def _add(program: Program, at: int, _to: int) -> Program:
    missing = [serial for serial in LINES if serial not in {record.serial for record in program.records}]
    if not missing:
        return program
    serial = missing[at % len(missing)]
    return replace(program, records=(*program.records, Record(serial, LINES[serial])))


def _insert(program: Program, at: int, to: int) -> Program:
    added = _add(program, at, to).records
    return replace(program, records=(*added[-1:], *added[:-1])) if len(added) > len(program.records) else program


def _remove(program: Program, at: int, _to: int) -> Program:
    return replace(program, records=(*program.records[:at], *program.records[at + 1 :]))


def _rename(program: Program, at: int, to: int) -> Program:
    return program.having(at, label=f"new{to % 2}")


def _rename_moved(program: Program, at: int, to: int) -> Program:
    after = _rename(program, at, to)
    pair = (program.address(at, program.records[at]), after.address(at, after.records[at]))
    return replace(after, moved=(*after.moved, pair)) if pair[0] != pair[1] else after


def _reparent(program: Program, at: int, _to: int) -> Program:
    return program.having(at, parent="" if program.records[at].parent else "team")


def _reparent_all(program: Program, _at: int, _to: int) -> Program:
    parent = "" if any(record.parent for record in program.records) else "team"
    return replace(program, records=tuple(replace(record, parent=parent) for record in program.records))


def _split(program: Program, at: int, _to: int) -> Program:
    records = tuple(replace(one, parent="two") if place >= at else one for place, one in enumerate(program.records))
    return replace(program, records=records)


def _expand(program: Program, at: int, to: int) -> Program:
    copy = replace(program.records[at], label=f"copy{to % 2}")
    return replace(program, records=(*program.records, copy))


def _move(program: Program, at: int, to: int) -> Program:
    others = [user for user in USERS if user != program.records[at].holder]
    return program.having(at, holder=others[to % len(others)])


def _hand_over(program: Program, at: int, to: int) -> Program:
    """The device goes to somebody else, whose own line goes."""
    moved = _move(program, at, to)
    holder = moved.records[at].holder
    kept = (one for place, one in enumerate(moved.records) if place == at or one.holder != holder)
    return replace(moved, records=tuple(kept))


def _serial(program: Program, at: int, to: int) -> Program:
    serials = list(LINES)
    return program.having(at, serial=serials[to % len(serials)])


def _misspell(program: Program, at: int, _to: int) -> Program:
    serial = program.records[at].serial
    return program if serial.endswith(MISSPELT) else program.having(at, serial=serial + MISSPELT)


def _mend(program: Program, _at: int, _to: int) -> Program:
    records = tuple(replace(one, serial=one.serial.removesuffix(MISSPELT)) for one in program.records)
    return replace(program, records=records)


def _toggle(name: str, on: object, off: object) -> Step:
    def toggle(program: Program, at: int, _to: int) -> Program:
        now = getattr(program.records[at], name)
        return program.having(at, **{name: off if now == on else on})

    return toggle


def _renew(program: Program, at: int, to: int) -> Program:
    return program.having(at, renew=f"v{to % 3}", enabler="seed")


def _count(program: Program, _at: int, _to: int) -> Program:
    return replace(program, naming="device" if program.naming == "count" else "count")


def _limit(program: Program, at: int, _to: int) -> Program:
    return replace(program, max_removals=(None, 0, 1)[at % 3])


_OF_ANY: dict[Way, Step] = {
    "add": _add,
    "insert in front": _insert,
    "reparent all": _reparent_all,
    "mend": _mend,
    "count": _count,
    "max removals": _limit,
}
_OF_ONE: dict[Way, Step] = {
    "remove": _remove,
    "rename": _rename,
    "rename moved": _rename_moved,
    "reparent": _reparent,
    "split": _split,
    "expand": _expand,
    "move": _move,
    "hand over": _hand_over,
    "serial": _serial,
    "misspell": _misspell,
    "guard": _toggle("guard", "refuse", "warn"),
    "require active": _toggle("require_active", True, False),
    "seed": _toggle("enabler", "seed", ""),
    "unset seed": _toggle("enabler", "unset", ""),
    "renew": _renew,
    "role": _toggle("foreign_role", True, False),
    "alias": _toggle("provider", "b", ""),
    "create first": _toggle("create_first", True, False),
    "protect": _toggle("protect", True, False),
    "retain": _toggle("retain", True, False),
    "after neighbour": _toggle("after_neighbour", True, False),
}
