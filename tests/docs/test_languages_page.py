"""docs/languages.md shows programs that are tried (tests/e2e/bridge): the examples' own text, and every input of the roster."""

from __future__ import annotations

import re
from pathlib import Path

import engine_sources
import pytest

from mfa_association.fields import ROSTER
from mfa_association.inventory.associations import snake
from mfa_association.terraform import bridge
from mfa_association.tokens import BRIDGE_PLUGIN

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "languages.md").read_text()


JAVA = "java/src/main/java/mfa/App.java"


@pytest.mark.parametrize(
    ("language", "file"),
    [("typescript", "typescript/index.ts"), ("go", "go/main.go"), ("java", JAVA), ("yaml", "yaml/Pulumi.yaml")],
)
def test_the_page_shows_what_the_example_says(language: str, file: str) -> None:
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert block in (ROOT / "examples" / file).read_text()


def test_go_hands_on_all_that_a_roster_says() -> None:
    """In TypeScript the whole device is handed on."""
    named = re.findall(r"^\t\t\t(\w+): ", (ROOT / "examples" / "go" / "main.go").read_text(), re.MULTILINE)
    assert sorted(snake(name[0].lower() + name[1:]) for name in named) == sorted(ROSTER)


def test_java_hands_on_all_that_a_roster_says() -> None:
    named = re.findall(r"^ +\.(\w+)\(.*\bdevice\b.*\)$", (ROOT / "examples" / JAVA).read_text(), re.MULTILINE)
    assert sorted(map(snake, named)) == sorted(ROSTER)


def test_the_example_in_yaml_is_what_adopt_writes() -> None:
    written = bridge.project("111122223333", region="us-east-1")
    assert (ROOT / "examples" / "yaml" / "Pulumi.yaml").read_text() == written


@pytest.mark.parametrize("language", ["yaml", "typescript", "go", "java"])
def test_each_example_names_the_plugin(language: str) -> None:
    project = (ROOT / "examples" / language / "Pulumi.yaml").read_text()
    assert BRIDGE_PLUGIN[1] == engine_sources.BRIDGE_PLUGIN_VERSION, "what is built is what convert and the page name"
    assert f"source: {BRIDGE_PLUGIN[0]}\n    version: {BRIDGE_PLUGIN[1]}\n" in project
