"""A comment as GitHub's Markdown renders it: CommonMark with tables, by markdown-it-py."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")


def tables(markdown: str) -> list[list[list[str]]]:
    """The text of every cell, by table and row."""
    found: list[list[list[str]]] = []
    for token, inside in _pairs(PARSER.parse(markdown)):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open"):
            found[-1][-1].append(text(inside))
    return found


def text(token: Token) -> str:
    """What a reader sees of inline text; anything but text, code, emphasis and a ``sub`` would show as its type."""
    shown = ""
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            shown += child.content
        elif child.type not in ("strong_open", "strong_close"):
            shown += f"<{child.type}>"
    return shown


def raw_html(markdown: str) -> list[str]:
    """All HTML that a browser would get from the comment itself."""
    found = []
    for token in PARSER.parse(markdown):
        if token.type == "html_block":
            found.append(token.content.strip())
        found += [child.content for child in token.children or () if child.type == "html_inline"]
    return found


def _pairs(tokens: list[Token]) -> list[tuple[Token, Token]]:
    return list(zip(tokens, tokens[1:] + tokens[:1], strict=True))
