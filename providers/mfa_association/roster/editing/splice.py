"""Where things begin and end in a roster's text, and how to change it there and nowhere else.

PyYAML's nodes know their places; a round-trip writer would lay the whole file out anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

import yaml

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_COMMA = re.compile(r"(?:\s+(?:#[^\r\n\x85\u2028\u2029]*)?)*,")
_REST = re.compile(r"[ \t]*,?[ \t]*(?:(?<=[ \t])#.*)?")


@dataclass(frozen=True)
class Edit:
    """Put ``text`` in the place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str = ""


def apply(text: str, edits: list[Edit]) -> str:
    """The text with all edits, which do not overlap; those of one place in their order."""
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, text[done:]])


class Places:
    """The places of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = list(_BREAK.finditer(text))
        self.line_break = breaks[0].group() if breaks else "\n"
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]

    def line_start(self, index: int) -> int:
        """Where the line of this place begins."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def line_end(self, index: int) -> int:
        """Where the line of this place ends, before its line break."""
        return self._ends[bisect_right(self._starts, index) - 1]

    def next_line(self, index: int) -> int:
        """Where the line after this place's begins."""
        line = bisect_right(self._starts, index)
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def end(self, node: yaml.Node) -> int:
        """Where the text of a node ends: a block's own mark lies behind the blank lines and comments after it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.pair_end(last) if isinstance(node, yaml.MappingNode) else self.end(last)
        return self.before(node.end_mark.index)

    def before(self, index: int) -> int:
        """Where the text before this place ends."""
        while index and self.text[index - 1].isspace():
            index -= 1
        return index

    def pair_end(self, pair: tuple[yaml.Node, yaml.Node]) -> int:
        """Where the text of a pair ends."""
        return max(self.end(node) for node in pair)

    def comma_after(self, index: int) -> int | None:
        """The place behind the comma that follows, if only blanks and comments stand between."""
        found = _COMMA.match(self.text, index)
        return found.end() if found else None

    def begins_line(self, index: int) -> bool:
        """Whether only blanks stand before this place on its line."""
        return not self.text[self.line_start(index) : index].strip()

    def ends_line(self, index: int) -> bool:
        """Whether only a comma and a comment follow on the line."""
        return bool(_REST.fullmatch(self.text, index, self.line_end(index)))

    def new_lines(self, index: int, lines: list[str]) -> Edit:
        """Lines below the one of this place."""
        end = self.line_end(index)
        return Edit(end, end, "".join(self.line_break + line for line in lines))
