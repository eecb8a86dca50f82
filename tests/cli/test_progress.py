"""Progress of many accounts: on a terminal, and nothing in a pipe."""

from __future__ import annotations

import pytest

from mfa_association.cli.accounts import AT_ONCE
from mfa_association.sandbox import Sandbox
from tests.support.terminal import Bench, Here

FIRST = 100000000000
ROLE = ("--role-arn", "arn:aws:iam::{account}:role/audit")


@pytest.fixture
def accounts(bench: Bench, box: Sandbox) -> list[str]:
    """More than are read at once."""
    names = [str(FIRST + number) for number in range(AT_ONCE + 1)]
    box.add({"accounts": {name: {"roles": {"audit": {"trusts": ["*"]}}} for name in names}})
    (bench.folder / "accounts").write_text("\n".join(names))
    return names


@pytest.mark.long
def test_a_terminal_sees_how_many_accounts_are_done(bench: Bench, accounts: list[str]) -> None:
    with bench.terminal("status", "--accounts", "accounts", *ROLE) as terminal:
        assert terminal.ended() == 0
    assert "accounts" in terminal.text and f"/{len(accounts)}" in terminal.text
    assert f"{len(accounts)} of {len(accounts)} accounts were read" in terminal.text


def test_a_pipe_sees_nothing_of_it(here: Here, accounts: list[str]) -> None:
    done = here.run("status", "--accounts", "accounts", *ROLE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\r" not in done.stdout and "\x1b" not in done.stdout
