"""The roster's text to its lines, or to every fault at once. Pure but for ``load``.

Every scalar is text (a user may be called ``0123`` or ``no``), so the file is read as YAML nodes and never as Python
values; that also keeps the line of every fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import yaml

from mfa_association.roster.faults import RosterError
from mfa_association.roster.file import read_file
from mfa_association.roster.nodes import compose, is_null
from mfa_association.totp import parse_seed_source
from mfa_association.validation import (
    InvalidValue,
    OnDestroy,
    OnLastDevice,
    SerialNumber,
    check_account_id,
    check_renew,
    check_user_name,
    parse_serial_number,
    show,
)

_TRUTH: Final = {"true": True, "false": False}
_TOP: Final = ("allow_empty", "defaults", "roots", "users")
_CHOICES: Final = {"on_last_device": get_args(OnLastDevice), "on_destroy": get_args(OnDestroy)}
_DEFAULTS: Final = (*_CHOICES, "require_active")
_SETTINGS: Final = (*_DEFAULTS, "renew", "seed_source")


@dataclass(frozen=True)
class Line:
    """One declared device: its holder (an IAM user, or the root user of an account), its settings, its line."""

    serial: SerialNumber
    line: int
    user_name: str | None = None
    root_account_id: str | None = None
    on_last_device: OnLastDevice | None = None
    on_destroy: OnDestroy | None = None
    require_active: bool = False
    renew: str | None = None
    seed_source: str | None = None


@dataclass(frozen=True)
class Roster:
    """A roster without faults; ``lines`` in the order of the file."""

    path: str
    lines: tuple[Line, ...]


def load(path: str | Path) -> Roster:
    """Read a roster file. Raises ``RosterError`` with every fault, also when the file cannot be read."""
    return parse(read_file(path).text, str(path))


def parse(text: str, path: str = "roster.yaml", *, may_be_empty: bool = False) -> Roster:
    """Read a roster's text; ``path`` only names it in faults. Raises ``RosterError`` with every fault at once.

    ``may_be_empty``: take a roster without a device even if it does not say ``allow_empty: true``.
    """
    faults: list[tuple[int, str]] = []
    lines = _Reader(faults).roster(compose(text, path), may_be_empty)
    if faults:
        raise RosterError(path, faults)
    return Roster(path, tuple(lines))


class _Reader:
    """Walks the nodes of one file and collects faults, so that all of them are told at once."""

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        self._faults = faults

    def roster(self, root: yaml.Node | None, may_be_empty: bool) -> list[Line]:
        top = {key.value: value for key, value in self._pairs(root, "the file", _TOP)} if root else {}
        defaults = self._settings(top["defaults"], "defaults", _DEFAULTS) if "defaults" in top else {}
        lines = [
            *self._holders(top.get("users"), "users", defaults),
            *self._holders(top.get("roots"), "roots", defaults),
        ]
        empty_allowed = self._truth(top["allow_empty"], "allow_empty") if "allow_empty" in top else False
        if not (lines or self._faults or empty_allowed or may_be_empty):
            self._fault(root, "the roster is empty: to deactivate every declared device, say allow_empty: true")
        self._refuse_doubles(lines)
        return lines

    def _holders(self, node: yaml.Node | None, field: str, defaults: dict[str, Any]) -> Iterator[Line]:
        if node is None or is_null(node):
            return
        check, name = (check_user_name, "user_name") if field == "users" else (check_account_id, "root_account_id")
        for key, devices in self._pairs(node, field):
            try:
                holder = {name: check(key.value, field)}
            except InvalidValue as fault:
                self._fault(key, str(fault))
                continue
            yield from self._devices(devices, f"{field}.{key.value}", {**defaults, **holder})

    def _devices(self, node: yaml.Node, field: str, settings: dict[str, Any]) -> Iterator[Line]:
        if is_null(node):
            return
        if not isinstance(node, yaml.SequenceNode):
            self._fault(node, f"{field}: must be a list of devices, each on a line that starts with '- '")
            return
        for number, item in enumerate(node.value):
            line = self._device(item, f"{field}[{number}]", settings)
            if line:
                yield line

    def _device(self, node: yaml.Node, field: str, settings: dict[str, Any]) -> Line | None:
        serial: yaml.Node | None = node
        stated: dict[str, Any] = {}
        if isinstance(node, yaml.MappingNode):
            serial = next((value for key, value in node.value if key.value == "serial_number"), None)
            stated = self._settings(node, field, (*_SETTINGS, "serial_number"))
        if not isinstance(serial, yaml.ScalarNode):
            self._fault(node, f"{field}: must be a serial number, or a mapping with serial_number")
            return None
        try:
            parsed = parse_serial_number(serial.value, f"{field}.serial_number")
            account = settings.get("root_account_id")
            if account and parsed.account_id not in (None, account):
                raise InvalidValue(f"{field}.serial_number", serial.value, f"must be a device of account {account}")
        except InvalidValue as fault:
            self._fault(serial, str(fault))
            return None
        return Line(parsed, serial.start_mark.line + 1, **_fitting(parsed, settings, stated))

    def _settings(self, node: yaml.Node, field: str, known: tuple[str, ...]) -> dict[str, Any]:
        pairs = self._pairs(node, field, known)
        return {key.value: self._setting(key.value, value, field) for key, value in pairs if key.value in _SETTINGS}

    def _setting(self, name: str, node: yaml.Node, field: str) -> Any:
        where = f"{field}.{name}"
        if name in _CHOICES:
            return self._choice(node, where, _CHOICES[name])
        return self._truth(node, where) if name == "require_active" else self._text(node, where, name)

    def _text(self, node: yaml.Node, field: str, name: str) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, f"{field}: must be text")
            return None
        try:
            return check_renew(node.value, field) if name == "renew" else str(parse_seed_source(node.value, field))
        except InvalidValue as fault:
            self._fault(node, str(fault))
            return None

    def _pairs(
        self, node: yaml.Node, field: str, known: tuple[str, ...] | None = None
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, f"{field}: must be a mapping of 'name: value' lines")
            return
        first: dict[str, tuple[str, int]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, f"{field}: a name must be plain text")
            elif key.value.lower() in first:
                self._fault(key, _double(field, key.value, *first[key.value.lower()]))
            elif known and key.value not in known:
                self._fault(key, str(InvalidValue(field, key.value, f"unknown field; known are {', '.join(known)}")))
            else:
                first[key.value.lower()] = (key.value, key.start_mark.line + 1)
                yield key, value

    def _truth(self, node: yaml.Node, field: str) -> bool:
        return _TRUTH.get(self._choice(node, field, tuple(_TRUTH)), False)

    def _choice(self, node: yaml.Node, field: str, allowed: tuple[str, ...]) -> str:
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        if value not in allowed:
            self._fault(node, str(InvalidValue(field, value, f"must be one of {', '.join(allowed)}")))
        return str(value)

    def _refuse_doubles(self, lines: list[Line]) -> None:
        first: dict[str, Line] = {}
        for line in lines:
            before = first.setdefault(line.serial.key, line)
            if before is not line:
                rule = f"already listed on line {before.line}; a device has one holder"
                self._faults.append((line.line, str(InvalidValue("serial_number", line.serial.text, rule))))
        self._refuse_second_account([line for line in lines if line.user_name and line.serial.account_id])

    def _refuse_second_account(self, lines: list[Line]) -> None:
        known = {line.serial.account_id for line in lines[:1]}
        for line in lines:
            if line.serial.account_id not in known:
                known.add(line.serial.account_id)
                rule = f"belongs to another account than line {lines[0].line}; one roster serves one account"
                self._faults.append((line.line, str(InvalidValue("serial_number", line.serial.text, rule))))

    def _fault(self, node: yaml.Node | None, fault: str) -> None:
        self._faults.append((node.start_mark.line + 1 if node else 1, fault))


def _fitting(serial: SerialNumber, defaults: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """The settings of one device: only a virtual device has an entity, so a default ``on_destroy`` is not for others."""
    usual = {name: value for name, value in defaults.items() if name != "on_destroy" or serial.kind == "virtual"}
    return {**usual, **stated}


def _double(field: str, name: str, before: str, line: int) -> str:
    same = "listed twice" if name == before else f"is {show(before)} in another case; IAM holds them equal"
    return str(InvalidValue(field, name, f"{same} (first on line {line})"))
