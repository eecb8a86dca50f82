"""A new renew value arms a device again; nothing else ever does."""

from __future__ import annotations

import pytest

from mfa_association import lifecycle
from mfa_association.aws.errors import InvalidAuthenticationCode
from mfa_association.lifecycle import refusals
from mfa_association.lifecycle.refusals import HeldByAnother, RenewRefused, ResyncUnknown
from mfa_association.totp import parse_seed
from mfa_association.validation import ROOT_USER
from tests.support.stage import Stage, failure, let_time_pass, user, virtual

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def held(stage: Stage) -> Stage:
    """alice holds her phone."""
    stage.plant(users={"alice": user(virtual(seed=BASE32)), "bob": user()})
    stage.start_counting()
    return stage


@pytest.fixture
def lost(stage: Stage) -> Stage:
    """alice's phone was deactivated outside the code."""
    stage.plant(users={"alice": user(), "bob": user()}, devices=[virtual(seed=BASE32, held=False)])
    stage.start_counting()
    return stage


def test_an_inactive_device_is_enabled(lost: Stage) -> None:
    found = lifecycle.renew(lost.run(), lost.saved(active=False), lost.wanted(codes=lost.codes()))
    assert found.active
    assert lost.holders() == {"alice": [lost.arn()]}


def test_an_active_device_is_resynced(held: Stage) -> None:
    found = lifecycle.renew(held.run(), held.saved(), held.wanted(codes=held.codes()))
    assert found.active
    calls = held.calls()
    assert calls["ResyncMFADevice"] == 1
    assert "EnableMFADevice" not in calls


def test_without_codes_nothing_is_called(held: Stage) -> None:
    held.run().iam.caller  # noqa: B018 - whose credentials these are may be asked
    sentence = failure(lambda: lifecycle.renew(held.run(), held.saved(), held.wanted()), RenewRefused)
    assert "there are neither codes nor a seed; nothing was changed" in sentence
    assert set(held.calls()) == {"GetCallerIdentity"}


def test_a_lost_answer_with_a_seed_is_followed_by_the_next_pair(held: Stage) -> None:
    held.fault("ResyncMFADevice", drop=True, when="after")
    run = held.run()
    let_time_pass(run, held)
    assert lifecycle.renew(run, held.saved(), held.wanted(seed=parse_seed(BASE32))).active
    assert held.calls()["ResyncMFADevice"] == 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_with_given_codes_is_unknown_and_said_so(held: Stage, when: str) -> None:
    held.fault("ResyncMFADevice", drop=True, when=when)
    given = held.codes()
    sentence = failure(lambda: lifecycle.renew(held.run(), held.saved(), held.wanted(codes=given)), ResyncUnknown)
    assert "whether it took effect is unknown" in sentence
    assert "run again with another renew value and two fresh codes" in sentence
    assert not any(code in sentence for code in given)
    assert held.calls()["ResyncMFADevice"] == 1


def test_a_retryable_refusal_is_tried_again(held: Stage) -> None:
    held.fault("ResyncMFADevice", error="ConcurrentModification")
    assert lifecycle.renew(held.run(), held.saved(), held.wanted(codes=held.codes())).active
    assert held.calls()["ResyncMFADevice"] == 2


def test_wrong_codes_change_nothing(lost: Stage) -> None:
    failure(
        lambda: lifecycle.renew(lost.run(), lost.saved(active=False), lost.wanted(codes=("000000", "000001"))),
        InvalidAuthenticationCode,
    )
    assert lost.holders() == {}


def test_a_device_in_other_hands_is_refused(stage: Stage) -> None:
    stage.plant(users={"alice": user(), "bob": user(virtual(seed=BASE32))})
    declared = stage.wanted(codes=stage.codes())
    sentence = failure(lambda: lifecycle.renew(stage.run(), stage.saved(active=False), declared), HeldByAnother)
    assert "it is held by bob" in sentence
    assert stage.holders() == {"bob": [stage.arn()]}


@pytest.mark.parametrize("kind", ["a FIDO key", "root's device"])
def test_what_is_registered_by_hand_is_not_renewed_by_codes(stage: Stage, kind: str) -> None:
    user_name = ROOT_USER if kind == "root's device" else "alice"
    serial = stage.arn() if kind == "root's device" else f"arn:aws:iam::{stage.account}:u2f/user/alice/key-A"
    stage.plant()
    saved, wanted = stage.saved(serial, user_name), stage.wanted(serial, user_name)
    assert failure(lambda: lifecycle.renew(stage.run(), saved, wanted), refusals.RenewRefused) == (
        f"renewing MFA device ({serial}) of user ({user_name}): only {user_name} can register it, in the console; "
        f"nothing was changed, set renew back to its old value and let {user_name} register it"
    )
