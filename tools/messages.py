"""Every sentence that the provider, the review or the command says, from the code into docs/messages.md.

People search for the text that they see. A sentence stands there as it is written in the code, with a name in capitals
where a value will stand; when it is said is what its class or function says of itself.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "providers" / "mfa_association"
PAGE = ROOT / "docs" / "messages.md"
SILENT = ("sandbox", "transport", "protocol")
"""Folders that say nothing to a user of the provider: the sandbox speaks AWS's sentences."""
SECTIONS = {
    "lifecycle": "Creating, reading, changing and deleting an association",
    "aws": "Answers of AWS, and credentials",
    "engine": "Inputs and configuration",
    "validation.py": "Inputs and configuration",
    "fields.py": "Inputs and configuration",
    "totp.py": "Seeds",
    "roster": "The roster",
    "pulumi": "Pulumi",
    "terraform": "Terraform and OpenTofu",
    "review": "The review",
    "github": "The comment on GitHub",
    "inventory": "Commands that look at an account",
    "cli": "Commands that look at an account",
}
SPEAKERS = {"warn": "warning", "warn_afterwards": "warning", "note": "note", "say": "note", "caution": "warning"}
HEAD = """# Messages

What you may read, word for word, and when. A word in capitals stands for a value. This page is written by
`python tools/messages.py`, and a test holds it to the code.
"""


class Message(NamedTuple):
    """``kind``: error, warning or note. ``when``: what the class or function around it says of itself."""

    section: str
    kind: str
    text: str
    when: str


def messages() -> list[Message]:
    """All of them, by section, in the order of the code."""
    found: list[Message] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        section = SECTIONS.get(parts[0])
        if section and not set(parts) & set(SILENT):
            found += _Reader(section).read(ast.parse(path.read_text(encoding="utf-8")))
    order = list(dict.fromkeys(SECTIONS.values()))
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda message: order.index(message.section))


class _Reader(ast.NodeVisitor):
    def __init__(self, section: str) -> None:
        self._section = section
        self._around: list[ast.ClassDef | ast.FunctionDef] = []
        self._found: list[Message] = []

    def read(self, tree: ast.AST) -> list[Message]:
        self.visit(tree)
        return self._found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    def _inside(self, node: ast.ClassDef | ast.FunctionDef) -> None:
        self._around.append(node)
        self.generic_visit(node)
        self._around.pop()

    def visit_Call(self, node: ast.Call) -> None:
        kind = self._kind(node)
        joint = ": " if kind == "error" and isinstance(node.func, ast.Name) else ""
        parts = ["".join(_texts([argument])) for argument in node.args] if kind else []
        text = " ".join(joint.join(part for part in parts if part).split())
        if kind and len(re.sub("[A-Z_]+", "", text).split()) > 3:
            self._found.append(Message(self._section, kind, text, self._when()))
        self.generic_visit(node)

    def _kind(self, node: ast.Call) -> str | None:
        function = node.func
        if isinstance(function, ast.Attribute):
            is_error = function.attr == "__init__"
            return "error" if is_error else SPEAKERS.get(function.attr)
        if isinstance(function, ast.Name):
            is_error = bool(re.search("(Error|InvalidValue|Unusable|Refused|Unreadable|Fault)$", function.id))
            return "error" if is_error and function.id != "OSError" else SPEAKERS.get(function.id.lstrip("_"))
        return None

    def _when(self) -> str:
        for node in reversed(self._around):
            said = ast.get_docstring(node)
            if said:
                return " ".join(said.partition("\n\n")[0].split()).replace("``", "`")
        return ""


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield node.value if isinstance(node.value, str) else ""
        elif isinstance(node, ast.JoinedStr):
            yield from _texts(node.values)
        elif isinstance(node, ast.FormattedValue):
            yield _name(node.value)
        elif isinstance(node, ast.BinOp):
            yield from _texts([node.left, node.right])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Setting":
            yield str(getattr(node.args[0], "value", "SETTING"))
        else:
            yield _name(node)


def _name(node: ast.expr) -> str:
    """A value's name, in capitals; a choice between texts is written out."""
    if isinstance(node, ast.IfExp):
        sides = ["".join(_texts([side])) for side in (node.body, node.orelse)]
        return "|".join(side for side in sides if side)
    if isinstance(node, ast.Constant):
        return str(node.value)
    names = [part for part in re.findall(r"[A-Za-z]\w*", ast.unparse(node)) if not part.startswith("self")]
    return names[-1].upper() if names else "VALUE"


def page() -> str:
    """The page as the code says it."""
    lines = [HEAD]
    section = ""
    for message in messages():
        if message.section != section:
            section = message.section
            lines.append(f"## {section}\n\n| | message | when |\n|---|---|---|")
        lines.append(f"| {message.kind} | {_cell(message.text)} | {_cell(message.when)} |")
    return re.sub(r"\n(## )", r"\n\n\1", "\n".join(lines)) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{len(messages())} messages\n")
