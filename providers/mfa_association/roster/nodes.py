"""A roster's text to YAML nodes, which keep the place of everything, or to one fault.

Aliases, tags and deep nesting have no use in a roster and are refused before anything is built from them.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from mfa_association.roster.faults import RosterError

MAX_BYTES: Final = 4 * 1024 * 1024
_MAX_DEPTH: Final = 8
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose(text: str, path: str) -> yaml.Node | None:
    """The root node, None of a text without any; ``path`` only names it. Raises ``RosterError``."""
    try:
        odd = _odd_yaml(text)
        if odd:
            raise RosterError(path, [odd])
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        return root
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise RosterError(path, [(mark.line + 1 if mark else 1, f"not valid YAML: {fault.problem}")]) from None
    except yaml.YAMLError:
        raise RosterError(path, [(1, "not valid YAML: the text holds control characters")]) from None
    except UnicodeEncodeError:
        raise RosterError(path, [(1, "the text is not UTF-8")]) from None


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
