"""docs/sandbox.md: every key, command and operator, and examples that print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from mfa_association.sandbox import RemoteSandbox, seed, seed_access, seed_devices
from mfa_association.sandbox.control import Control
from mfa_association.sandbox.policy import OPERATORS
from tests.sandbox.test_rules import ROWS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
KEYS = {
    "at the top": seed.TOP_KEYS,
    "an account": seed.ACCOUNT_KEYS,
    "a user": seed.USER_KEYS,
    "a device": seed_devices.DEVICE_KEYS,
    "a role": seed_access.ROLE_KEYS,
    "a key": seed_access.KEY_KEYS,
    "the organization": seed_access.ORGANIZATION_KEYS,
    "command": Control.COMMANDS,
}


def first_column(head: str) -> set[str]:
    """The names in the first column of the table with this head."""
    table = PAGE.partition(f"\n| {head} |")[2].partition("\n\n")[0]
    return {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}


@pytest.mark.parametrize("head", KEYS)
def test_a_table_lists_exactly_what_the_code_knows(head: str) -> None:
    assert first_column(head) == KEYS[head]


def test_every_command_is_a_method_in_python_too() -> None:
    assert not [name for name in Control.COMMANDS if not callable(getattr(RemoteSandbox, name, None))]


def test_figures_and_operators_are_those_of_the_tests_and_the_code() -> None:
    page = " ".join(PAGE.split())
    figures = re.search(r"More than (\d+) rules of IAM .*? plain moto breaks more than (\d+) of them", page)
    assert figures and len(ROWS) > int(figures[1]) and sum(row.moto_wrong for row in ROWS) > int(figures[2])
    told = re.search(r"the operators (.*?), also negated", page)
    assert told and set(re.findall(r"`(\w+)`", told[1])) == OPERATORS.keys()


def block(language: str) -> str:
    """The only example in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("seed.yaml").write_text(block("yaml"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block("python"), "docs/sandbox.md", "exec"), {})
    assert printed.getvalue() == block("text")
