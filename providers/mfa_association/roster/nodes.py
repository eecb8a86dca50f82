"""A roster's text to YAML nodes, which keep the place of everything, or to one fault.

Aliases, tags and deep nesting have no use in a roster and are refused before anything is built from them.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml
import yaml.reader

from mfa_association.roster.faults import RosterError

MAX_BYTES: Final = 4 * 1024 * 1024
_MAX_DEPTH: Final = 8
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# As git writes them: at the start of a line, where no roster has a key of this form.
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONFLICT = re.compile(r"^(?:[<|>]{7}(?: .*)?|={7})\r?$", re.MULTILINE)


def compose(text: str, path: str) -> yaml.Node | None:
    """The root node, None of a text without any; ``path`` only names it. Raises ``RosterError``."""
    conflicts = _conflicts(text)
    if conflicts:
        raise RosterError(path, conflicts)
    try:
        odd = _odd_yaml(text)
        if odd:
            raise RosterError(path, [odd])
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        return root
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line if mark else 0
        raise RosterError(path, [(line + 1, _about(text, line, str(fault.problem)))]) from None
    except yaml.reader.ReaderError as fault:
        line = text.encode()[: fault.position].count(b"\n") + 1
        raise RosterError(path, [(line, "not valid YAML: the text holds control characters")]) from None
    except UnicodeEncodeError:
        raise RosterError(path, [(1, "the text is not UTF-8")]) from None


def _conflicts(text: str) -> list[tuple[int, str]]:
    """Each merge conflict that was left, by its first marker."""
    markers = [(text.count("\n", 0, marker.start()) + 1, marker[0]) for marker in _CONFLICT.finditer(text)]
    begun = [line for line, marker in markers if marker.startswith("<")] or [line for line, _ in markers[:1]]
    return [(line, "a merge conflict was left here: keep one side, and delete the markers") for line in begun]


def _about(text: str, line: int, problem: str) -> str:
    """What keeps YAML from reading a line, which may be the one behind the last."""
    there = [*_LINE_BREAK.split(text), ""][line]
    if "\t" in there[: len(there) - len(there.lstrip())]:
        return "the line is indented with a tab: YAML wants spaces"
    return f"not valid YAML: {problem}"


def is_null(node: yaml.Node) -> bool:
    """Whether a value is left out, or says so."""
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "~", "null") and not node.style


def _odd_yaml(text: str) -> tuple[int, str] | None:
    """The first thing that no roster needs and that bombs are made of, with its line."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        odd = _oddity(event, depth, documents)
        if odd:
            mark: Any = event.start_mark
            return mark.line + 1, odd
    return None


def _oddity(event: yaml.Event, depth: int, documents: int) -> str | None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases are not used in a roster"
    if getattr(event, "tag", None):
        return "tags are not used in a roster"
    if documents > 1:
        return "a roster is one document"
    return "nested too deeply" if depth > _MAX_DEPTH else None


def pairs(node: yaml.Node | None) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The pairs of a mapping that is known to be without faults, by their lower-case names."""
    return {key.value.lower(): (key, value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
