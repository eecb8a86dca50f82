"""Thousands of random steps. A failure prints the shortest program of steps that shows it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from mfa_association.sandbox import rules
from tests.lifecycle.stateful.direct import direct
from tests.lifecycle.stateful.machine import Machine
from tests.lifecycle.stateful.truth import QUOTA

SEEDS = (1, 2)
STEPS = 10_000
"""At least so many; only what changed or asked something counts as one."""
SEEN = {
    *("bind", "find", "move", "renew", "unbind"),
    *("user created", "user deleted", "user renamed", "user created anew"),
    *("device created", "device deleted", "device enabled", "device deactivated"),
    *("device moved by hand", "device registered again"),
    *("bind: UserMissing", "bind: HeldByAnother", "bind: DeviceMissing", "bind: InvalidAuthenticationCode"),
    *("bind: LimitExceeded", "move: MoveRefused", "move: MoveBroken", "move: MoveTakenBack", "move: LastDevice"),
    *("renew: RenewRefused", "renew: InvalidAuthenticationCode"),
    *("find: renamed", "find: in other hands", "find: a new user", "unbind: in other hands"),
    *("unbind: LastDevice", "unbind: TooManyRemovals", "unbind: DeclaredButFailed"),
}
"""What must have happened, so that the steps cannot become harmless."""


@pytest.mark.timeout(900)
def test_every_step_ends_as_the_contract_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules, "DEVICES_PER_USER", QUOTA)
    quiet = settings(max_examples=115, stateful_step_count=50, database=None, suppress_health_check=list(HealthCheck))
    with direct() as (box, iam):
        Machine.box, Machine.iam, Machine.steps = box, iam, Counter()
        for number in SEEDS:
            run_state_machine_as_test(seed(number)(Machine), settings=quiet)
    with capsys.disabled():
        print(f"\nseeds {SEEDS}: {Machine.steps.total()} steps: {dict(Machine.steps.most_common())}")
    assert Machine.steps.total() >= STEPS
    assert not SEEN - Machine.steps.keys()
