"""What goes with a device's entry: its line, or its place in a list in brackets."""

from __future__ import annotations

import re

import yaml

from mfa_association.roster.splice import Edit, Places


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
