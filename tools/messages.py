"""Every sentence that the provider, the review or the command says, from the code into docs/messages.md.

People search for the text that they see. A message stands there as the code says it; when it is said is the docstring
of its own error class, or stands in tools/messages.yaml.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import yaml
from message_text import (
    Errors,
    Function,
    Scope,
    Template,
    attributes,
    called,
    first_paragraph,
    modules,
    nodes,
    parameters,
    says_something,
)

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "providers" / "mfa_association"
PAGE = ROOT / "docs" / "messages.md"
TABLE = ROOT / "tools" / "messages.yaml"
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
    "forges": "Comments on GitHub and GitLab",
    "inventory": "Commands that look at an account",
    "cli": "Commands that look at an account",
}
SPEAKERS = {
    "warn": "warning",
    "warn_afterwards": "warning",
    "note": "note",
    "say": "note",
    "caution": "warning",
    "announce": "warning",
}
FAULTS = ("fault", "_fault")
"""What says a fault of a setting, or of a line of the roster; its last argument is the rule."""
HEAD = """# Messages

Every error, warning and note of the provider and of the commands, word for word, and when it is shown. A word in
capitals stands for a value; square brackets hold a choice of texts, or one that may be missing. What a review says of a
change is in [the review](review.md). `python tools/messages.py` writes this page, and a test compares it with the code.
"""


class Message(NamedTuple):
    """``kind``: error, warning or note. ``when``: empty where nothing says it."""

    section: str
    kind: str
    text: str
    when: str


@functools.cache
def messages() -> list[Message]:
    """All of them, by section, in the order of the code."""
    trees = modules(PACKAGE)
    errors = Errors(trees.values())
    found: list[Message] = []
    for path, tree in trees.items():
        parts = path.relative_to(PACKAGE).parts
        section = SECTIONS.get(parts[0])
        if section and not set(parts) & set(SILENT):
            found += _Reader(section, errors, tree).read()
    table = whens()
    order = list(dict.fromkeys(SECTIONS.values()))
    said = {text: list(same) for text, same in groupby(sorted(found, key=_text), _text)}
    first = [message for message in found if message is said[message.text][0]]
    return [
        one._replace(when=table.get(one.text) or _together([same.when for same in said[one.text]]))
        for one in sorted(first, key=lambda message: order.index(message.section))
    ]


def _text(message: Message) -> str:
    return message.text


def _together(several: list[str]) -> str:
    """One sentence for all answers of AWS that a message stands for."""
    calls = [call for call in map(_ANSWERED.fullmatch, several) if call]
    if len(calls) < 2:
        return next(filter(None, several), "")
    *names, last = dict.fromkeys(call["call"] for call in calls)
    return f"AWS answered {', '.join(names)} or {last} with {calls[0]['error']}."


_ANSWERED = re.compile(r"AWS answered (?P<call>.+) with (?P<error>\w+)\.")


@functools.cache
def whens() -> dict[str, str]:
    """When messages are said whose own class does not say it, by their text."""
    return {row["message"]: row["when"] for row in yaml.safe_load(TABLE.read_text(encoding="utf-8"))}


class _Reader(ast.NodeVisitor):
    """What one module says."""

    def __init__(self, section: str, errors: Errors, tree: ast.Module) -> None:
        self._section, self._errors, self._tree = section, errors, tree
        self._scope = Scope.of(tree)
        self._around: list[ast.ClassDef | Function] = []
        self._passing = {name: made for name, node in self._scope.functions.items() if (made := self._passes_on(node))}
        self._found: list[Message] = []

    def read(self) -> list[Message]:
        self.visit(self._tree)
        return self._found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.name in self._errors.classes:
            own = any(name == "cause" for name, _ in attributes(node))
            template = self._errors.template(node.name)
            if own:
                cause, advice = self._errors.cause_and_advice(node.name) or ("", "")
                self._add("error", f"ACTION: {cause}; {advice}", first_paragraph(node))
            elif template and node.name not in self._errors.raised:
                self._add("error", template.text({}), first_paragraph(node))
        self._inside(node)

    def visit_FunctionDef(self, node: Function) -> None:
        self._inside(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The table of what each call's own answers mean."""
        if isinstance(node.target, ast.Name) and node.target.id == "SENTENCES" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Tuple) and isinstance(value, ast.Tuple):
                    call, error = map(self._scope.text, key.elts)
                    cause, advice = map(self._scope.text, value.elts)
                    self._add("error", f"ACTION: {cause}; {advice}", f"AWS answered {call} with {error}.")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        texts = [self._here.text(one.value if isinstance(one, ast.Starred) else one) for one in node.args]
        if isinstance(node.func, ast.Name) and name in self._errors.classes:
            self._error(name, node, texts)
        elif name in self._passing and not self._is_in(name):
            template, kind = self._passing[name]
            self._add(kind, self._filled(template, node, texts))
        elif name.lstrip("_") in SPEAKERS and texts and not self._is_passed_on(node):
            self._add(SPEAKERS[name.lstrip("_")], texts[-1 if name == "_announce" else 0])
        elif name == "ArgumentTypeError":
            self._add("error", f"argument OPTION: {texts[0]}")
        elif name in FAULTS and len(texts) > 1:
            prefix = "PATH:LINE: " if self._section == "The roster" else f"{texts[0]}: "
            self._add("error", prefix + texts[-1])
        self.generic_visit(node)

    def _error(self, name: str, node: ast.Call, texts: list[str]) -> None:
        template = self._errors.template(name)
        action = self._errors.cause_and_advice(name)
        if action:
            if any(map(says_something, texts[1:])):
                said = "; ".join(action) + f" (AWS: {next(filter(says_something, texts[1:]))})"
                self._add("error", f"{texts[0]}: {said}")
        elif template is None:
            self._add("error", "".join(texts))
        else:
            text, plain = self._filled(template, node, texts), template.text({})
            self._add("error", text, first_paragraph(self._errors.classes[name]) if text == plain else "")

    def _filled(self, template: Template, node: ast.Call, texts: list[str]) -> str:
        """The whole sentence, with what the call says of its own."""
        named = {one.arg: self._here.text(one.value) for one in node.keywords if one.arg}
        given = {**dict(zip(template.parameters, texts, strict=False)), **named}
        plain = {text for one in node.args if isinstance(one, ast.Constant) and (text := self._here.text(one))}
        return template.text({name: text for name, text in given.items() if text in plain or says_something(text)})

    def _passes_on(self, node: Function) -> tuple[Template, str] | None:
        """The template of a function that says a sentence with what it was given in it."""
        for one in nodes(node):
            if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "warn" and one.args:
                names = parameters(node)
                template = Template(names, [one.args[0]], replace(self._scope, around=node))
                if template.text({}) != template.text(dict.fromkeys(names, "a text that is given")):
                    return (template, "warning") if "cause" in names else None
        return None

    def _is_passed_on(self, node: ast.Call) -> bool:
        return any(self._is_in(name) for name in self._passing)

    def _is_in(self, name: str) -> bool:
        return any(one.name == name for one in self._around)

    @property
    def _here(self) -> Scope:
        function = next((one for one in reversed(self._around) if isinstance(one, ast.FunctionDef)), None)
        return replace(self._scope, around=function)

    def _inside(self, node: ast.ClassDef | Function) -> None:
        self._around.append(node)
        self.generic_visit(node)
        self._around.pop()

    def _add(self, kind: str, text: str, when: str = "") -> None:
        """Keep a message that says something by itself; what only passes words on is said where they stand."""
        if len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3:
            self._found.append(Message(self._section, kind, " ".join(text.split()), when))


def page() -> str:
    """The page as the code and the table say it."""
    lines, section = [HEAD.rstrip("\n")], ""
    for message in messages():
        if message.section != section:
            section = message.section
            lines.append(f"\n## {section}\n\n| | message | when |\n|---|---|---|")
        lines.append(f"| {message.kind} | {_cell(message.text)} | {_cell(message.when)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    said = messages()
    for text in (message.text for message in said if not message.when):
        sys.stdout.write(f"tools/messages.yaml does not say when: {text}\n")
    for text in whens().keys() - {message.text for message in said}:
        sys.stdout.write(f"tools/messages.yaml has what is no message: {text}\n")
    sys.stdout.write(f"{len(said)} messages\n")
