"""Changes of a roster's text: a line more, a line less, every other byte as it was.

A holder whose last device goes stays as a name without devices: it keeps its comments at its side, and the difference
is the device's line alone. A roster that becomes empty says ``allow_empty: true`` from then on, or it would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from mfa_association.roster.editing.insert import Inserter
from mfa_association.roster.editing.spelling import Value
from mfa_association.roster.editing.splice import Edit, Places, apply
from mfa_association.roster.faults import EditRefused, RosterError
from mfa_association.roster.model import Line
from mfa_association.roster.nodes import compose, pairs
from mfa_association.roster.parse import parse
from mfa_association.validation import same

_BOM = "\ufeff"
_ODD_FORM = "it is written in a form that is not changed in place"
_BY_HAND = "change it by hand"


@dataclass(frozen=True)
class Entry:
    """A device line to add, for an IAM user or for the root user of an account; ``settings`` as in the file."""

    serial_number: str
    user_name: str | None = None
    root_account_id: str | None = None
    settings: dict[str, str | bool] = field(default_factory=dict)

    @property
    def section(self) -> str:
        """Where in the file it stands."""
        return "users" if self.user_name else "roots"

    @property
    def holder(self) -> str:
        """The user's name or the account."""
        return self.user_name or self.root_account_id or ""

    @property
    def value(self) -> Value:
        """The line: the serial number alone, or a mapping with its settings."""
        return {"serial_number": self.serial_number, **self.settings} if self.settings else self.serial_number


def add(text: str, entries: Iterable[Entry], path: str = "roster.yaml") -> str:
    """Add device lines, each at the end of its holder's; new holders in their place if the names are sorted.

    An empty text becomes a roster. Raises ``RosterError`` (a fault before, or one that a new line would bring) or
    ``EditRefused`` (a form that cannot be changed in place).
    """
    entries = list(entries)
    before = parse(text, path, may_be_empty=True).lines
    if not entries:
        return text
    mark, body = _split(text)
    inserter = Inserter(Places(body), compose(body, path))
    for section in ("users", "roots"):
        wanted = _by_holder([entry for entry in entries if entry.section == section])
        if wanted:
            inserter.holders(section, wanted)
    changed = inserter.result()
    _require(path, before, _reread(changed, path), added=entries)
    return mark + changed


def remove(text: str, serial_number: str, path: str = "roster.yaml") -> str:
    """Remove a device's line; a device that is not listed changes nothing. Raises as ``add`` does."""
    before = parse(text, path, may_be_empty=True).lines
    mark, body = _split(text)
    places, root = Places(body), compose(body, path)
    found = _find(root, serial_number)
    if found is None:
        return text
    body = apply(body, cut_item(places, *found))
    after = _reread(body, path)
    if not after:
        body = _allow_empty(body, path)
        after = parse(body, path).lines
    _require(path, before, after, removed=serial_number)
    return mark + body


def _by_holder(entries: list[Entry]) -> dict[str, list[Value]]:
    """The new lines by holder, whose name is spelled as it first comes."""
    spelled: dict[str, str] = {}
    wanted: dict[str, list[Value]] = {}
    for entry in entries:
        name = spelled.setdefault(entry.holder.lower(), entry.holder)
        wanted.setdefault(name, []).append(entry.value)
    return wanted


def _split(text: str) -> tuple[str, str]:
    """A byte order mark, which YAML's places do not count, and the rest."""
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def _find(root: yaml.Node | None, serial_number: str) -> tuple[yaml.SequenceNode, int] | None:
    """The list that holds the device, and its place there."""
    for devices in _lists(root):
        for index, item in enumerate(devices.value):
            serial = pairs(item)["serial_number"][1] if isinstance(item, yaml.MappingNode) else item
            if same(serial.value, serial_number):
                return devices, index
    return None


def _lists(root: yaml.Node | None) -> Iterator[yaml.SequenceNode]:
    for section, (_, holders) in pairs(root).items():
        for _, devices in pairs(holders).values():
            if section in ("users", "roots") and isinstance(devices, yaml.SequenceNode):
                yield devices


def _allow_empty(body: str, path: str) -> str:
    root = compose(body, path)
    said = pairs(root).get("allow_empty")
    if said:
        return apply(body, [Edit(said[1].start_mark.index, said[1].end_mark.index, "true")])
    inserter = Inserter(Places(body), root)
    inserter.first("allow_empty", True)
    return inserter.result()


def _reread(text: str, path: str) -> tuple[Line, ...]:
    """The lines of a changed text. Raises ``RosterError`` for a fault that a new line brings."""
    try:
        compose(text, path)
    except RosterError:
        raise EditRefused(path, _ODD_FORM, _BY_HAND) from None
    return parse(text, path, may_be_empty=True).lines


def _require(
    path: str,
    before: tuple[Line, ...],
    after: tuple[Line, ...],
    added: Iterable[Entry] = (),
    removed: str = "",
) -> None:
    """Refuse a result that says anything else than what was asked for."""
    left = {_facts(line) for line in before if line.serial.key != removed.lower()}
    new = {entry.serial_number.lower(): entry for entry in added}
    fresh = [line for line in after if line.serial.key in new]
    right = all(_says(line, new[line.serial.key]) for line in fresh)
    if not right or len(fresh) != len(new) or {_facts(line) for line in after if line.serial.key not in new} != left:
        raise EditRefused(path, _ODD_FORM, _BY_HAND)


def _facts(line: Line) -> tuple[object, ...]:
    return tuple(line.inputs().values())


def _says(line: Line, entry: Entry) -> bool:
    held = (line.user_name or line.root_account_id or "").lower() == entry.holder.lower()
    said = line.inputs()
    return held and all(said[name] == value for name, value in entry.settings.items())


def cut_item(places: Places, items: yaml.SequenceNode, index: int) -> list[Edit]:
    """Take one entry out of a list. A comment at the end of its line goes along, those above stay."""
    return _from_flow(places, items, index) if items.flow_style else _from_block(places, items, index)


def _from_block(places: Places, items: yaml.SequenceNode, index: int) -> list[Edit]:
    start, end = _dash(places, items, index), places.end(items.value[index])
    if places.begins_line(start):
        return [Edit(places.line_start(start), places.next_line(end))]
    return [Edit(start, end)]


def _dash(places: Places, items: yaml.SequenceNode, index: int) -> int:
    """The place of an entry's dash, which is no part of its node."""
    if index == 0:
        return int(items.start_mark.index)
    before = places.end(items.value[index - 1])
    found = re.compile(rf"^ {{{items.start_mark.column}}}-(?=\s)", re.MULTILINE).search(places.text, before)
    return found.end() - 1 if found else int(items.value[index].start_mark.index)


def _from_flow(places: Places, items: yaml.SequenceNode, index: int) -> list[Edit]:
    start, end = items.value[index].start_mark.index, places.end(items.value[index])
    comma = places.comma_after(end)
    if places.begins_line(start) and places.ends_line(end):
        lines = Edit(places.line_start(start), places.next_line(end))
        return [lines] if comma or index == 0 else [_comma_before(places, items, index), lines]
    if comma:
        return [Edit(start, _next(places, items, index, comma))]
    before = places.end(items.value[index - 1]) if index else start
    return [Edit(start if "#" in places.text[before:start] else before, end)]


def _next(places: Places, items: yaml.SequenceNode, index: int, comma: int) -> int:
    """Where the next entry begins, or what is between begins if that is a comment."""
    following = items.value[index + 1].start_mark.index if index + 1 < len(items.value) else comma
    return comma if "#" in places.text[comma:following] else following


def _comma_before(places: Places, items: yaml.SequenceNode, index: int) -> Edit:
    behind = places.comma_after(places.end(items.value[index - 1])) or 0
    return Edit(behind - 1, behind)
