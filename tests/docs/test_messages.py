"""docs/messages.md is what the code says, whole sentences, each with when it is shown."""

from __future__ import annotations

import ast

import messages
import pytest
from message_text import first_paragraph, modules, nodes


@pytest.fixture(scope="module")
def said() -> list[messages.Message]:
    return messages.messages()


def test_the_page_is_up_to_date() -> None:
    assert messages.PAGE.read_text(encoding="utf-8") == messages.page(), "run `python tools/messages.py`"


def test_every_message_says_when(said: list[messages.Message]) -> None:
    missing = [message.text for message in said if not message.when.endswith(".")]
    assert not missing, "write them into tools/messages.yaml"


def test_nothing_is_explained_that_nobody_says(said: list[messages.Message]) -> None:
    assert not messages.whens().keys() - {message.text for message in said}, "remove them from tools/messages.yaml"


def test_what_a_function_does_is_not_when_a_message_is_shown(said: list[messages.Message]) -> None:
    trees = modules(messages.PACKAGE).values()
    functions = [node for tree in trees for node in nodes(tree) if isinstance(node, ast.FunctionDef)]
    assert not {message.when for message in said} & {first_paragraph(node) for node in functions}


@pytest.mark.parametrize(
    ("reason", "kind", "text"),
    [
        (
            "an error whose class says most of it",
            "error",
            "importing MFA device (SERIAL_NUMBER): nobody holds it; nothing was changed, declare it instead: it is adopted "
            "once it is registered",
        ),
        (
            "a value that was assigned before",
            "error",
            "looking for the files that changed since BASE: git could not be run; install git, or leave --base out",
        ),
        (
            "a text that a function gives",
            "warning",
            "SERIAL_NUMBER of USER_NAME stays [active | as it is]: another resource",
        ),
        (
            "a method that says it",
            "warning",
            "deactivating MFA device (SERIAL_NUMBER) of user (USER_NAME): USER_NAME has no other, and the device that is to "
            "replace it is not known before the apply; apply the new device first",
        ),
        ("a note", "note", "another run is changing USER_NAME: waiting for it"),
        (
            "an answer of AWS",
            "error",
            "ACTION: the user holds as many MFA devices as IAM allows; remove one of them first",
        ),
        ("a setting of the configuration", "error", "KEY: must be true or false"),
        ("a fault of the roster", "error", "PATH:LINE: the roster is empty"),
    ],
)
def test_a_message_is_the_whole_sentence(said: list[messages.Message], reason: str, kind: str, text: str) -> None:
    assert any(message.text.startswith(text) and message.kind == kind for message in said), reason


def test_no_fragment_is_left(said: list[messages.Message]) -> None:
    """A name in capitals and a colon begin what only a class or a setting goes before."""
    fragments = [one.text for one in said if one.text.startswith(("USER_NAME: ", "FAULT", "NAME: ", "PATH: "))]
    assert not fragments
