"""Reads wait while IAM throttles, each for itself, until the retry deadline: a burst fails no run."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from tests.support.stage import OLD, Stage, failure, hardware, user, virtual

TOKEN = "GAHT12345678"
WAITED = [0.5, 1.0, 2.0]


class Burst(NamedTuple):
    reason: str
    action: str
    work: Callable[[Stage], None]


def _bind(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual())})
    lifecycle.create(stage.run(), stage.wanted())


def _find(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    lifecycle.read(stage.run(), stage.saved(enable_date=OLD))


def _find_token(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware())})
    lifecycle.read(stage.run(), stage.saved(TOKEN))


def _find_enabled_anew(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware())})
    lifecycle.read(stage.run(), stage.saved(TOKEN, enable_date=OLD, user_id="AIDA0000000000000000"))


def _unbind(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD), password=True)})
    lifecycle.delete(stage.run(), stage.saved(), "warn")


BURSTS = (
    Burst("whose credentials these are", "GetCallerIdentity", _bind),
    Burst("the walk of an adoption", "ListVirtualMFADevices", _bind),
    Burst("the walk of a refresh", "ListVirtualMFADevices", _find),
    Burst("a user's own list", "ListMFADevices", _find_token),
    Burst("whether it is the same user", "GetUser", _find_enabled_anew),
    Burst("the look of a guard", "ListMFADevices", _unbind),
    Burst("the console password", "GetLoginProfile", _unbind),
)


@pytest.mark.parametrize("burst", BURSTS, ids=lambda burst: burst.reason)
def test_a_throttled_read_is_made_again(stage: Stage, burst: Burst) -> None:
    stage.fault(burst.action, times=3, error="Throttling")
    burst.work(stage)
    assert stage.time.slept == WAITED
    assert stage.calls()[burst.action] == 4
    assert not any("could not be" in warning for warning in stage.warnings)


def test_a_read_that_is_throttled_for_ever_says_for_how_long(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware())})
    stage.fault("ListMFADevices", times=None, error="Throttling")
    told = failure(lambda: lifecycle.read(stage.run(retry_deadline=10.0), stage.saved(TOKEN)), errors.Throttling)
    assert told.startswith("reading the MFA devices of user (alice): ") and ", tried for 10 s; " in told
    assert stage.time.slept == [0.5, 1.0, 2.0, 4.0, 2.5]
