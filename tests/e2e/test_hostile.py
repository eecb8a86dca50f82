"""Some hostile rosters and states through the real CLI: a clear refusal, and no call.

All the others are in tests/test_roster.py, tests/test_validation.py and tests/pulumi/test_provider.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, program
from tests.support.stack import ACCOUNT, TYPE, Stack

LINE = f"arn:aws:iam::{ACCOUNT}:mfa/x"


class Roster(NamedTuple):
    reason: str
    text: str
    told: str


ROSTERS = (
    Roster("10 MB", "users: {}\n" + "#" * 10_000_000, "roster.yaml: the file has 10000010 bytes; a roster has at most"),
    Roster("a bomb", "a: &a [x, x]\nb: &b [*a, *a]\nusers: {u: *b}\n", "anchors and aliases are not used in a roster"),
    Roster("an escape", f'users: {{"\\e[31mbob": [{LINE}]}}', r"users '\x1b[31mbob': must hold only ASCII letters"),
)


@pytest.mark.parametrize("case", ROSTERS, ids=lambda case: case.reason)
def test_a_hostile_roster(stack: Stack, box: Sandbox, case: Roster) -> None:
    stack.roster(case.text)
    done = stack.preview()
    assert done.code != 0
    assert case.told in done.text
    assert "Traceback" not in done.text
    assert "\x1b" not in done.text
    assert box.calls() == {}


class State(NamedTuple):
    reason: str
    changes: dict[str, Any]
    told: str


STATES = (
    State("another account's id", {"account_id": "999988887777"}, "account_id '999988887777': is not the account of"),
    State("a name with a newline", {"user_name": "dave\nbob"}, r"user_name 'dave\nbob': must hold only ASCII letters"),
)


@pytest.fixture
def bound(stack: Stack, box: Sandbox) -> Stack:
    """A stack in which dave's phone is bound."""
    stack.program(program())
    up_once(stack, box)
    return stack


def edit(stack: Stack, change: Callable[[dict[str, Any]], None]) -> None:
    """Export the state, change the association's outputs, and import it again."""
    stack.must("stack", "export", "--file", "state.json")
    path = stack.folder / "state.json"
    exported = json.loads(path.read_text())
    change(next(one for one in exported["deployment"]["resources"] if one["type"] == TYPE)["outputs"])
    path.write_text(json.dumps(exported))
    stack.must("stack", "import", "--file", "state.json")


@pytest.mark.parametrize("case", STATES, ids=lambda case: case.reason)
def test_a_hostile_state(bound: Stack, box: Sandbox, case: State) -> None:
    def change(outputs: dict[str, Any]) -> None:
        outputs.update(case.changes)
        for name in [name for name, value in case.changes.items() if value is None]:
            del outputs[name]

    edit(bound, change)
    done = bound.destroy()
    assert done.code != 0
    assert f"reading the saved state of an MFA device association: {case.told}" in done.text
    assert "nothing was changed, restore the state from its history or backup" in done.text
    assert "Traceback" not in done.text
    assert box.calls() == {}
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_the_whole_configuration_of_the_stack_is_in_the_providers_record(stack: Stack) -> None:
    """What docs/security.md warns of: keys of any namespace, those that are not ours included."""
    stack.configure(billing_apiUrl="https://billing.example")
    stack.program(program())
    assert stack.up().code == 0
    records = json.loads(stack.checkpoint())["checkpoint"]["latest"]["resources"]
    provider = next(one for one in records if one["type"] == "pulumi:providers:pulumi-python")
    assert "https://billing.example" in json.dumps(provider["inputs"])
