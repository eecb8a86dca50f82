"""kill -9 with PULUMI_SKIP_CHECKPOINTS, in the middle of many adoptions and of many deletes: a lost record does no harm.

``MFA_ASSOCIATION_MANY=1000`` tries it with as many.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, virtual

from .scene import WRITES, FaultyStack

MANY = int(os.environ.get("MFA_ASSOCIATION_MANY", "100"))
NAMES = [f"user{number:05}" for number in range(MANY)]
HELD = {name: [virtual(name)] for name in NAMES}
STAYS = {"bob": ["GAHT12345678"]}


@pytest.fixture
def many(box: Sandbox, stack: FaultyStack) -> FaultyStack:
    """A stack without checkpoints, in an account where each of many users holds a phone."""
    users = {name: {"devices": [{"kind": "virtual", "name": name, "held": True}]} for name in NAMES}
    box.add({"accounts": {ACCOUNT: {"users": users}}})
    stack.env["PULUMI_SKIP_CHECKPOINTS"] = "true"
    box.reset_calls()
    return stack


def test_killed_in_the_middle_of_many_adoptions(box: Sandbox, many: FaultyStack) -> None:
    held = box.holders(ACCOUNT)
    many.lines(**HELD, **STAYS)
    running = many.start("up")
    running.wait_for(lambda: running.text.count("created (") > MANY // 2)
    running.kill_all()
    running.end()
    assert many.state() == {}, "half of them were adopted, and no record of it was kept"
    _recover(box, many, MANY + 1)
    assert box.holders(ACCOUNT) == held
    assert not WRITES & {call.action for call in box.log()}


def test_killed_in_the_middle_of_many_deletes(box: Sandbox, many: FaultyStack) -> None:
    others = {name: devices for name, devices in box.holders(ACCOUNT).items() if name not in HELD}
    many.lines(**HELD, **STAYS)
    assert many.up().code == 0
    many.lines(**STAYS)
    box.reset_calls()
    running = many.start("up")
    running.wait_for(lambda: box.calls()["DeactivateMFADevice"] > MANY // 2)
    running.kill_all()
    running.end()
    left = set(HELD) & set(box.holders(ACCOUNT))
    assert 0 < len(left) < MANY // 2
    assert len(many.state()) == MANY + 1, "half of them were deactivated, and no record of it was kept"
    _recover(box, many, 1)
    assert box.holders(ACCOUNT) == others
    done = [call.user for call in box.log() if call.action == "DeactivateMFADevice" and call.error is None]
    assert Counter(done) == Counter(HELD.keys()), "each was deactivated once, and nobody else"


def _recover(box: Sandbox, stack: FaultyStack, declared: int) -> None:
    """What docs/performance.md tells to do; then the state agrees with AWS, and a further run finds nothing to do."""
    done = stack.recover()
    assert done.code == 0, done.text
    assert "Traceback" not in done.text
    outputs = stack.outputs().values()
    assert (len(outputs), all(bag["active"] for bag in outputs)) == (declared, True)
    again = stack.up()
    assert f"{declared + 1} unchanged" in again.text, again.text
