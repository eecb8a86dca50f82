"""Every sentence that the provider, the review or the command says, from the code into docs/messages.md.

People search for the text that they see. A sentence stands there as it is written in the code, with a name in capitals
where a value will stand; when it is said is what its class or function says of itself.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
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

Every message, word for word, and when it is shown. A word in capitals stands for a value. `python tools/messages.py`
writes this page from the code, and a test compares the two.
"""


class Message(NamedTuple):
    """``kind``: error, warning or note. ``when``: what the class or function around it says of itself."""

    section: str
    kind: str
    text: str
    when: str


@functools.cache
def messages() -> list[Message]:
    """All of them, by section, in the order of the code."""
    found: list[Message] = []
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    errors = _error_classes(trees.values())
    for path, tree in trees.items():
        parts = path.relative_to(PACKAGE).parts
        section = SECTIONS.get(parts[0])
        if section and not set(parts) & set(SILENT):
            found += _Reader(section, errors).read(tree)
    order = list(dict.fromkeys(SECTIONS.values()))
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda message: order.index(message.section))


class _Reader(ast.NodeVisitor):
    """``errors``: the names of the classes that a user reads."""

    def __init__(self, section: str, errors: set[str]) -> None:
        self._section, self._errors = section, errors
        self._around: list[ast.ClassDef | ast.FunctionDef] = []
        self._found: list[Message] = []

    def read(self, tree: ast.AST) -> list[Message]:
        self.visit(tree)
        return self._found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        cause, advice = _cause_and_advice(node)
        if cause and advice and node.name in self._errors:
            self._add("error", f"ACTION: {cause}; {advice}", [node])
        self._inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The table of what each call's own answers mean."""
        if isinstance(node.target, ast.Name) and node.target.id == "SENTENCES" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Tuple) and isinstance(value, ast.Tuple):
                    call, error = ("".join(_texts([part])) for part in key.elts)
                    cause, advice = ("".join(_texts([part])) for part in value.elts)
                    text = f"ACTION: {cause}; {advice}"
                    self._found.append(Message(self._section, "error", text, f"{call} was answered with {error}."))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        kind = self._kind(node)
        if kind:
            parts = ["".join(_texts([argument])) for argument in node.args]
            is_sentence = kind != "error" or not isinstance(node.func, ast.Name) or node.func.id == "MfaError"
            whole = "".join(parts if kind == "error" else parts[:1])
            self._add(kind, whole if is_sentence else _joined(parts), self._around)
        self.generic_visit(node)

    def _inside(self, node: ast.ClassDef | ast.FunctionDef) -> None:
        self._around.append(node)
        self.generic_visit(node)
        self._around.pop()

    def _kind(self, node: ast.Call) -> str | None:
        function = node.func
        if isinstance(function, ast.Attribute):
            within = any(isinstance(one, ast.ClassDef) and one.name in self._errors for one in self._around)
            return "error" if within and function.attr == "__init__" else SPEAKERS.get(function.attr)
        if isinstance(function, ast.Name):
            return "error" if function.id in self._errors else SPEAKERS.get(function.id.lstrip("_"))
        return None

    def _add(self, kind: str, text: str, around: Sequence[ast.ClassDef | ast.FunctionDef]) -> None:
        """Keep a message that says something by itself; what only passes words on is said where they stand."""
        if len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3:
            self._found.append(Message(self._section, kind, " ".join(text.split()), _when(around)))


def _joined(parts: Sequence[str]) -> str:
    """The arguments of an error's class; one that ends with a blank goes on in the next."""
    return ": ".join(part for part in parts if part).replace(" : ", " ")


def _when(around: Sequence[ast.ClassDef | ast.FunctionDef]) -> str:
    """What the innermost class or function that says anything says of itself."""
    said = next((text for node in reversed(around) if (text := ast.get_docstring(node))), "")
    return " ".join(said.partition("\n\n")[0].split()).replace("``", "`")


def _cause_and_advice(node: ast.ClassDef) -> tuple[str, str]:
    """What an error of AWS says as attributes of its class."""
    said: dict[str, str] = {}
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value:
            said[one.target.id] = "".join(_texts([one.value]))
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Tuple) and isinstance(one.value, ast.Tuple):
            for target, value in zip(one.targets[0].elts, one.value.elts, strict=True):
                said[_name(target).lower()] = "".join(_texts([value]))
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            said[one.targets[0].id] = "".join(_texts([one.value]))
    return said.get("cause", ""), said.get("advice", "")


def _error_classes(trees: Iterable[ast.AST]) -> set[str]:
    """``MfaError`` and all that derive from it, by name."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    errors = {"MfaError"}
    while True:
        more = {name for name, parents in bases.items() if parents & errors} - errors
        if not more:
            return errors
        errors |= more


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
        elif isinstance(node, ast.Tuple):
            yield from _texts(node.elts)
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
    return names[-1].strip("_").upper() if names else "VALUE"


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
