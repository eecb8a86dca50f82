"""The roster's text to its lines, or to every fault at once. Pure but for ``load``.

Every scalar is text (a user may be called ``0123`` or ``no``), so the file is read as YAML nodes and never as Python
values; that also keeps the line of every fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from mfa_association.fields import BY_NAME, RULES, Field, names
from mfa_association.roster.faults import RosterError
from mfa_association.roster.file import read_file
from mfa_association.roster.model import Line, Roster
from mfa_association.roster.nodes import compose, is_null
from mfa_association.text import show
from mfa_association.validation import (
    InvalidValue,
    SerialNumber,
    check_account_id,
    check_user_name,
    parse_serial_number,
)

_TRUTH: Final = {"true": True, "false": False}
_TOP: Final = ("allow_empty", "defaults", "roots", "users")
_DEFAULTS: Final = names(lambda one: one.roster == "device or defaults")
_SETTINGS: Final = names(lambda one: one.is_roster_setting)
_RULES: Final = {one.name: one for one in RULES}


def load(path: str | Path) -> Roster:
    """Read a roster file. Raises ``RosterError`` with every fault, also when the file cannot be read."""
    return parse(read_file(path).text, str(path))


def parse(text: str, path: str = "roster.yaml", *, may_be_empty: bool = False) -> Roster:
    """Read a roster's text; ``path`` only names it in faults. Raises ``RosterError`` with every fault at once.

    ``may_be_empty``: take a roster without a device even if it does not say ``allow_empty: true``.
    """
    faults: list[tuple[int, str]] = []
    reader = _Reader(faults)
    lines = reader.roster(compose(text, path), may_be_empty)
    if faults:
        raise RosterError(path, faults)
    return Roster(path, tuple(lines), reader.rules)


class _Reader:
    """Walks the nodes of one file and collects faults, so that all of them are told at once."""

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        self._faults = faults
        self.rules: dict[str, str] = {}

    def roster(self, root: yaml.Node | None, may_be_empty: bool) -> list[Line]:
        top = {key.value: value for key, value in self._pairs(root, "the file", _TOP)} if root else {}
        defaults = self._settings(top["defaults"], "defaults", (*_DEFAULTS, *_RULES)) if "defaults" in top else {}
        self.rules = {name: defaults.pop(name) for name in _RULES if name in defaults}
        lines = [
            *self._holders(top.get("users"), "users", defaults),
            *self._holders(top.get("roots"), "roots", defaults),
        ]
        empty_allowed = self._truth(top["allow_empty"], "allow_empty") if "allow_empty" in top else False
        if not (lines or self._faults or empty_allowed or may_be_empty):
            self._fault(
                root,
                "the roster is empty: fill it with `mfa-association adopt`, or set allow_empty: true to deactivate every declared device",
            )
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
            yield from self._devices(devices, f"{field}.{key.value}", holder, defaults)

    def _devices(self, node: yaml.Node, field: str, holder: dict[str, str], defaults: dict[str, Any]) -> Iterator[Line]:
        if is_null(node):
            return
        if not isinstance(node, yaml.SequenceNode):
            self._fault(node, f"{field}: must be a list of devices, each on a line that starts with '- '")
            return
        for number, item in enumerate(node.value):
            line = self._device(item, f"{field}[{number}]", holder, defaults)
            if line:
                yield line

    def _device(self, node: yaml.Node, field: str, holder: dict[str, str], defaults: dict[str, Any]) -> Line | None:
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
            account = holder.get("root_account_id")
            if account and parsed.account_id not in (None, account):
                raise InvalidValue(f"{field}.serial_number", serial.value, f"must be a device of account {account}")
        except InvalidValue as fault:
            self._fault(serial, str(fault))
            return None
        return Line(parsed, serial.start_mark.line + 1, **holder, settings=_fitting(parsed, defaults, stated))

    def _settings(self, node: yaml.Node, field: str, known: tuple[str, ...]) -> dict[str, Any]:
        pairs = self._pairs(node, field, known)
        known_by_name = BY_NAME | _RULES
        return {
            key.value: self._setting(known_by_name[key.value], value, f"{field}.{key.value}")
            for key, value in pairs
            if key.value in (*_SETTINGS, *_RULES)
        }

    def _setting(self, setting: Field, node: yaml.Node, where: str) -> str | bool | None:
        if setting.is_truth:
            return self._truth(node, where)
        return self._choice(node, where, setting.choices) if setting.choices else self._text(setting, node, where)

    def _text(self, setting: Field, node: yaml.Node, where: str) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, f"{where}: must be text")
            return None
        try:
            return str(setting.parse(node.value, where))
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
                self._fault(
                    key, str(InvalidValue(field, key.value, f"unknown field; known are {', '.join(sorted(known))}"))
                )
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
        self._refuse_second("account", [(line, line.serial.account_id) for line in lines if line.user_name])
        self._refuse_second("partition", [(line, line.serial.partition) for line in lines])

    def _refuse_second(self, what: str, lines: list[tuple[Line, str | None]]) -> None:
        """An organization lies in one partition, so what holds of users holds of the roots beside them."""
        known: dict[str, Line] = {}
        for line, value in lines:
            if value is None or value in known:
                continue
            first = next(iter(known.values()), line)
            known[value] = line
            if first is not line:
                rule = f"belongs to another {what} than line {first.line}; one roster serves one {what}"
                self._faults.append((line.line, str(InvalidValue("serial_number", line.serial.text, rule))))

    def _fault(self, node: yaml.Node | None, fault: str) -> None:
        self._faults.append((node.start_mark.line + 1 if node else 1, fault))


def _fitting(serial: SerialNumber, defaults: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """The settings of one device: only a virtual device has an entity, so a default ``on_destroy`` is not for others."""
    usual = {name: value for name, value in defaults.items() if name != "on_destroy" or serial.kind.has_entity}
    return {**usual, **stated}


def _double(field: str, name: str, before: str, line: int) -> str:
    same = "listed twice" if name == before else f"is {show(before)} in another case; IAM holds them equal"
    return str(InvalidValue(field, name, f"{same} (first on line {line})"))
