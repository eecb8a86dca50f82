"""Where a new device, holder or section goes in a roster's text, in whatever style the file is written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import yaml

from mfa_association.roster.editing import spelling
from mfa_association.roster.editing.spelling import Value
from mfa_association.roster.editing.splice import Edit, Places, apply
from mfa_association.roster.nodes import is_null, pairs

_QUOTES = ("'", '"')


class Inserter:
    """Collects the insertions into one text. Those of one place keep the order: devices, holders, sections."""

    def __init__(self, places: Places, root: yaml.Node | None) -> None:
        self._places, self._root = places, root
        self._devices: list[Edit] = []
        self._others: list[Edit] = []
        self._sections: dict[str, Value] = {}
        self._step, self._dash = _indentation(root)

    def holders(self, section: str, wanted: Mapping[str, Sequence[Value]]) -> None:
        """Devices by holder, in ``users`` or ``roots``."""
        found = pairs(self._root).get(section)
        if not found:
            self._sections[section] = _sorted(wanted)
            return
        held, new = pairs(found[1]), dict(wanted)
        for name in [name for name in wanted if name.lower() in held]:
            self._to_list(found[1], *held[name.lower()], new.pop(name))
        if new:
            self._to_section(*found, _sorted(new))

    def first(self, name: str, value: Value) -> None:
        """A pair before all others of the file."""
        if self._root is None:
            self._sections[name] = value
        elif _is_flow(self._root):
            self._others += self._into_flow(self._root, 0, [self._pair(name, value)])
        else:
            start = self._places.line_start(self._root.start_mark.index)
            lines = spelling.block({name: value}, self._root.start_mark.column)
            self._others.append(Edit(start, start, "".join(line + self._places.line_break for line in lines)))

    def result(self) -> str:
        """The text with everything inserted."""
        edits = [*self._devices, *self._others]
        if self._root is None:
            return self._from_nothing()
        if _is_flow(self._root):
            new = [self._pair(name, value) for name, value in self._sections.items()]
            edits += self._into_flow(self._root, len(self._root.value), new)
        elif self._sections:
            edits.append(self._below(self._places.end(self._root), self._sections, self._root.start_mark.column))
        return apply(self._places.text, edits)

    def _from_nothing(self) -> str:
        text, line_break = self._places.text, self._places.line_break
        lines = spelling.block(self._sections, 0, step=self._step, dash=self._dash)
        joint = line_break if self._places.line_start(len(text)) < len(text) else ""
        return text + joint + "".join(line + line_break for line in lines)

    def _to_list(self, holders: yaml.Node, key: yaml.Node, devices: yaml.Node, new: Sequence[Value]) -> None:
        first = self._fill(holders, key, devices, new)
        if first:
            self._devices += first
            return
        quoted = bool(devices.value) and _quoted(devices.value[-1])
        if _is_flow(devices):
            pieces = [spelling.flow(item, quoted=quoted or self._is_json) for item in new]
            self._devices += self._into_flow(devices, len(devices.value), pieces)
        else:
            lines = spelling.block(new, devices.start_mark.column, quoted=quoted)
            self._devices.append(self._places.new_lines(self._places.end(devices), lines))

    def _to_section(self, key: yaml.Node, holders: yaml.Node, new: Mapping[str, Value]) -> None:
        first = self._fill(self._root, key, holders, new)
        if first:
            self._others += first
            return
        names = [name.value.lower() for name, _ in holders.value]
        for index, group in _places_for(names, new).items():
            if _is_flow(holders):
                pieces = [self._pair(name, value) for name, value in group.items()]
                self._others += self._into_flow(holders, index, pieces)
            else:
                after = self._places.pair_end(holders.value[index - 1]) if index else self._head(key, holders)
                self._others.append(self._below(after, group, holders.start_mark.column))

    def _head(self, key: yaml.Node, holders: yaml.Node) -> int:
        """Where holders that come first are put below: the section's own line, if they stand below it."""
        own_line = self._places.begins_line(holders.start_mark.index)
        return int(key.end_mark.index) if own_line else self._places.end(holders)

    def _fill(self, parent: yaml.Node | None, key: yaml.Node, old: yaml.Node, new: Value) -> list[Edit]:
        """Put the first entries below a key that has none; nothing if it has some, or brackets to put them between."""
        start, end = old.start_mark.index, old.end_mark.index
        if _is_flow(parent):
            return [Edit(start, end, " " + spelling.flow(new, quoted=self._is_json))] if is_null(old) else []
        if not is_null(old) and (old.value or len(self._places.text[start:end].splitlines()) > 1):
            return []
        column = key.start_mark.column + (self._step if isinstance(new, Mapping) else self._dash)
        return [Edit(self._places.before(start), end), self._below(end, new, column)]

    def _below(self, index: int, value: Value, column: int) -> Edit:
        lines = spelling.block(value, column, step=self._step, dash=self._dash)
        return self._places.new_lines(index, lines)

    def _into_flow(self, node: yaml.Node, index: int, new: Sequence[str]) -> list[Edit]:
        """New entries of a bracketed list or mapping, before the one with this index, or behind the last."""
        if not new:
            return []
        if not node.value:
            return [Edit(node.start_mark.index + 1, node.start_mark.index + 1, ", ".join(new))]
        starts = [(child[0] if isinstance(child, tuple) else child).start_mark.index for child in node.value]
        if index < len(starts):
            lead = self._lead(starts[index])
            return [Edit(starts[index], starts[index], "".join(f"{item},{lead or ' '}" for item in new))]
        last = node.value[-1]
        end = self._places.pair_end(last) if isinstance(last, tuple) else self._places.end(last)
        return self._behind(end, self._lead(starts[-1]), new)

    def _behind(self, end: int, lead: str, new: Sequence[str]) -> list[Edit]:
        if not lead or not self._places.ends_line(end):
            return [Edit(end, end, "".join(f", {item}" for item in new))]
        line_end = self._places.line_end(end)
        more = f",{lead}".join(new)
        if self._places.comma_after(end):
            return [Edit(line_end, line_end, f"{lead}{more},")]
        return [Edit(end, end, ","), Edit(line_end, line_end, lead + more)]

    def _lead(self, start: int) -> str:
        """The line break and blanks before an entry that begins its line, else nothing."""
        if not self._places.begins_line(start):
            return ""
        return self._places.line_break + self._places.text[self._places.line_start(start) : start]

    def _pair(self, name: str, value: Value) -> str:
        return spelling.pair(name, value, quoted=self._is_json)

    @property
    def _is_json(self) -> bool:
        """Whether the file is written as JSON, where every name is in quotes."""
        root = self._root
        return _is_flow(root) and all(key.style == '"' for key, _ in root.value) if root else False


def _is_flow(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _quoted(item: yaml.Node) -> bool:
    if isinstance(item, yaml.MappingNode):
        return any(key.value == "serial_number" and value.style in _QUOTES for key, value in item.value)
    return isinstance(item, yaml.ScalarNode) and item.style in _QUOTES


def _sorted(new: Mapping[str, Sequence[Value]]) -> dict[str, Value]:
    return {name: new[name] for name in sorted(new, key=str.lower)}


def _places_for(names: list[str], new: Mapping[str, Value]) -> dict[int, dict[str, Value]]:
    """New holders by the index of the one they go before: where they belong if the names are sorted, else last."""
    groups: dict[int, dict[str, Value]] = {}
    for name, value in new.items():
        index = bisect_right(names, name.lower()) if names == sorted(names) else len(names)
        groups.setdefault(index, {})[name] = value
    return groups


def _indentation(root: yaml.Node | None) -> tuple[int, int]:
    """How far holders stand in from their section and dashes from their holder, as in the file, else 2 and 2."""
    step = dash = None
    for section in ("users", "roots"):
        holders = pairs(root).get(section, (None, None))[1]
        if not root or not holders or _is_flow(holders) or not pairs(holders):
            continue
        step = step or holders.start_mark.column - root.start_mark.column
        for _, devices in pairs(holders).values():
            if isinstance(devices, yaml.SequenceNode) and not devices.flow_style and dash is None:
                dash = devices.start_mark.column - holders.start_mark.column
    return step or 2, 2 if dash is None else dash
