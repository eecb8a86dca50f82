"""Each piece of work passes under exactly its policies, and a missing action is denied or said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from mfa_association.errors import MfaError

from .policies import IDENTITY_POLICIES, allowed
from .stage import Policed
from .work import WORKS, Work

Under = Callable[..., Policed]
DENIALS = ("AccessDenied", "AccessDeniedException")


def name(work: Work) -> str:
    return f"{'+'.join(work.policies)}: {work.does.__name__}"


def denied(stage: Policed) -> set[str]:
    """The actions that AWS denied."""
    return {call.action for call in stage.box.log() if call.error in DENIALS}


@pytest.mark.parametrize("work", WORKS, ids=name)
def test_the_policies_are_enough(work: Work, under: Under) -> None:
    stage = under(*work.policies)
    assert work.does(stage)
    assert not denied(stage)


MISSING = [(work, action) for work in WORKS for action in work.told]


CALLED = {"iam:TagMFADevice": "CreateVirtualMFADevice"}
"""Of actions that another call needs besides its own, that call."""


def told(work: Work, stage: Policed) -> str:
    """Everything that the user reads of the work."""
    try:
        with suppress(AssertionError):
            work.does(stage)
    except MfaError as error:
        return "\n".join([str(error), *stage.warnings])
    return "\n".join(stage.warnings)


@pytest.mark.long
@pytest.mark.parametrize(("work", "action"), MISSING, ids=[f"{name(work)} without {one}" for work, one in MISSING])
def test_a_missing_action_is_denied_or_said(work: Work, action: str, under: Under) -> None:
    stage = under(*work.policies, less=action)
    said = told(work, stage)
    assert (
        work.told[action].format(
            arn=stage.arn(), member=stage.member, key=stage.arn("key-EXAMPLE").replace(":mfa/", ":u2f/user/alice/")
        )
        in said
    )
    assert denied(stage) == {CALLED.get(action, action.partition(":")[2])}


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_no_action_is_there_without_a_test_that_misses_it(policy: str) -> None:
    missed = {action for work, action in MISSING if policy in work.policies}
    assert allowed(policy).keys() <= missed
