"""What a piece of code says, as text: a name in capitals stands for a value, square brackets for a choice of texts."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

Function = ast.FunctionDef
_CALLED = {"strerror": "REASON", "fault": "ERROR", "str": "VALUE", "said": "MESSAGE"}
_WHOLE = {"holder.user_name": "HOLDER", "entity.user_name": "HOLDER", "entity.user_arn": "HOLDER",
          "delete_command(serial)": "aws iam delete-virtual-mfa-device --serial-number SERIAL"}  # fmt: skip
"""Better words for some values than the names that the code has."""
_DEPTH = 4
"""How far a value is followed into what it was assigned from."""


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: what its names were assigned in the function around it, and in the module."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    constants: Mapping[str, ast.expr] = field(default_factory=dict)
    around: Function | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    @classmethod
    @functools.cache
    def of(cls, tree: ast.Module) -> Scope:
        """The names of a module."""
        functions = {node.name: node for node in nodes(tree) if isinstance(node, ast.FunctionDef)}
        constants = {name: value for node in tree.body for name, value in _assigned(node)}
        return cls(functions, constants)

    def text(self, node: ast.expr) -> str:
        """The text of an expression; a value's name in capitals where the code does not say it."""
        if isinstance(node, ast.Constant):
            return str(node.value) if isinstance(node.value, str | int) and not isinstance(node.value, bool) else ""
        if isinstance(node, ast.JoinedStr):
            return "".join(map(self.text, node.values))
        if isinstance(node, ast.FormattedValue):
            return self.text(node.value)
        if isinstance(node, ast.Tuple):
            return "".join(map(self.text, node.elts))
        if isinstance(node, ast.BinOp):
            return self.text(node.left) + self.text(node.right)
        return self._choice(node)

    def _choice(self, node: ast.expr) -> str:
        if isinstance(node, ast.IfExp):
            return choice([self.text(node.body), self.text(node.orelse)])
        if isinstance(node, ast.BoolOp):
            first = self.text(node.values[0])
            return first if says_something(first) else choice(map(self.text, node.values))
        if isinstance(node, ast.Name):
            return self._value(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._result(node, node.func.id)
        return _capitals(node)

    def _value(self, node: ast.Name) -> str:
        """A parameter's, a local name's or a constant's text, where the code says it."""
        if node.id in self.given:
            return self.given[node.id]
        values = list(_assignments(self.around).get(node.id, ())) if self.around else []
        inside = self if values else replace(self, around=None)
        if not values and node.id in self.constants:
            values = [self.constants[node.id]]
            if isinstance(values[0], ast.Constant):
                return self.text(values[0])
        return inside._followed(values) or _capitals(node)

    def _result(self, node: ast.Call, name: str) -> str:
        if name == "Setting":
            return str(getattr(node.args[0], "value", "SETTING"))
        if name == "show":
            return self.text(node.args[0])
        function = self.functions.get(name)
        returns = [one.value for one in nodes(function) if isinstance(one, ast.Return)] if function else []
        return replace(self, around=function, given={})._followed([one for one in returns if one]) or _capitals(node)

    def _followed(self, values: list[ast.expr]) -> str:
        """The texts of what a name may stand for; empty where they are not the code's own."""
        if self.depth == _DEPTH:
            return ""
        deeper = replace(self, depth=self.depth + 1)
        texts = [deeper.text(value) for value in values]
        written = any(isinstance(value, (ast.JoinedStr, ast.IfExp)) for value in values)
        return choice(texts) if written or any(map(says_something, texts)) else ""


def choice(texts: Iterable[str]) -> str:
    """``[one | another]``; ``[one]`` where it may be missing."""
    several = list(dict.fromkeys(part for text in texts for part in _parts(text)))
    said = [text for text in several if text]
    return said[0] if len(several) == 1 and said else f"[{' | '.join(said)}]" if said else ""


def _parts(text: str) -> list[str]:
    """The texts of a choice that is nothing else."""
    inner = text[1:-1]
    return inner.split(" | ") if " | " in inner and f"[{inner}]" == text and not {*inner} & {*"[]"} else [text]


def says_something(text: str) -> bool:
    """Whether a text is more than a name and a word."""
    return len(re.findall(r"\b[a-z]{2,}\b", text)) >= 2


@functools.cache
def modules(package: Path) -> dict[Path, ast.Module]:
    """The code of a package by its files."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(package.rglob("*.py"))}


@functools.cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All of a module or a function, walked once: each name of it is looked up there."""
    return tuple(ast.walk(tree))


@functools.cache
def _capitals(node: ast.expr) -> str:
    code = ast.unparse(node)
    if code.startswith("props.holder("):
        return "USER_NAME"
    names = [part for part in re.findall(r"[A-Za-z]\w*", code) if not part.startswith("self")]
    return _WHOLE.get(code) or capitals(names[-1] if names else "value")


def capitals(name: str) -> str:
    """How the page calls the value of a name."""
    return _CALLED.get(name, name.strip("_").upper())


@functools.cache
def _assignments(function: Function) -> Mapping[str, list[ast.expr]]:
    """What each name is assigned in a function."""
    values: dict[str, list[ast.expr]] = {}
    for node in nodes(function):
        for name, value in _assigned(node):
            values.setdefault(name, []).append(value)
    return values


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
        for target, value in zip(node.targets[0].elts, node.value.elts, strict=True):
            if isinstance(target, ast.Name):
                yield target.id, value


class Template(NamedTuple):
    """A sentence that a class or function makes of its parameters."""

    parameters: list[str]
    parts: list[ast.expr]
    scope: Scope

    def text(self, given: Mapping[str, str]) -> str:
        """The sentence, with some parameters as they were given."""
        scope = replace(self.scope, given={**{name: capitals(name) for name in self.parameters}, **given})
        return "".join(map(scope.text, self.parts))


class Errors:
    """The error classes that a user reads: ``MfaError`` and all that derive from it."""

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        trees = list(trees)
        placed = [(node, tree) for tree in trees for node in nodes(tree) if isinstance(node, ast.ClassDef)]
        self._scopes = {node.name: Scope.of(tree) for node, tree in placed}
        classes = {node.name: node for node, _ in placed}
        self._bases = {
            name: [base.id for base in node.bases if isinstance(base, ast.Name)] for name, node in classes.items()
        }
        self.classes = {name: node for name, node in classes.items() if self._is_error(name)}
        self.raised = {
            node.func.id
            for tree in trees
            for node in nodes(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }

    def _is_error(self, name: str) -> bool:
        return name == "MfaError" or any(map(self._is_error, self._bases.get(name, ())))

    def template(self, name: str) -> Template | None:
        """The sentence that a class makes of its arguments; None where they are the sentence."""
        node = self.classes.get(name)
        if node is None or name == "MfaError":
            return None
        for one in node.body:
            if isinstance(one, ast.FunctionDef) and one.name == "__init__":
                return Template(parameters(one), _said(one), replace(self._scopes[name], around=one))
        return next((self.template(base) for base in self._bases[name]), None)

    def cause_and_advice(self, name: str) -> tuple[str, str] | None:
        """What an error of AWS says as attributes of its class or of the class that it derives from."""
        node = self.classes.get(name)
        said = {key: self._scopes[name].text(value) for key, value in attributes(node)} if node else {}
        if "cause" in said:
            return said["cause"], said.get("advice", "")
        return next((self.cause_and_advice(base) for base in self._bases.get(name, ())), None)


def called(node: ast.Call) -> str:
    """The name of the function or method."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def parameters(node: Function) -> list[str]:
    """The names of what a function takes, less ``self``."""
    return [one.arg for one in (*node.args.args, *node.args.kwonlyargs) if one.arg != "self"]


def _said(init: Function) -> list[ast.expr]:
    """What a class's constructor hands to ``MfaError``."""
    for one in ast.walk(init):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "__init__":
            return one.args
    return []


def attributes(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """What a class assigns to its own names."""
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value:
            yield one.target.id, one.value
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Tuple) and isinstance(one.value, ast.Tuple):
            yield from zip((ast.unparse(target) for target in one.targets[0].elts), one.value.elts, strict=True)
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            yield one.targets[0].id, one.value


def first_paragraph(node: ast.ClassDef | Function) -> str:
    """Of what a class or a function says of itself."""
    said = ast.get_docstring(node) or ""
    return " ".join(said.partition("\n\n")[0].split()).replace("``", "`")
