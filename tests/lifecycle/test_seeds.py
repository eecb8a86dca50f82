"""A seed instead of codes: T-1 and T by AWS's clock, and the next unused pair after a refusal."""

from __future__ import annotations

import pytest

from mfa_association import lifecycle
from mfa_association.aws.errors import InvalidAuthenticationCode, SeedNotFound
from mfa_association.errors import MfaError
from mfa_association.lifecycle.model import Declaration
from mfa_association.totp import SeedUnreadable, parse_seed, parse_seed_source, step_at
from mfa_association.validation import parse_serial_number
from tests.support.stage import Stage, failure, let_time_pass, user, virtual

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def planted(stage: Stage) -> Stage:
    """alice, and a phone that nobody holds yet."""
    stage.plant(users={"alice": {}}, devices=[virtual(seed=BASE32, held=False)])
    return stage


def wanted(stage: Stage, seed: str = BASE32) -> Declaration:
    return stage.wanted(seed=parse_seed(seed))


def test_a_seed_enables_at_once(planted: Stage) -> None:
    found = lifecycle.create(planted.run(), wanted(planted))
    assert found.active
    assert planted.holders() == {"alice": [planted.arn()]}
    assert planted.time.slept == []
    assert planted.writes() == ["EnableMFADevice"]


def test_no_word_of_old_codes_where_a_seed_made_them(planted: Stage) -> None:
    lifecycle.create(planted.run(), wanted(planted))
    assert planted.warnings == []


def test_the_codes_are_those_of_awss_clock(planted: Stage) -> None:
    planted.box.skew(-7200)
    run = planted.run()
    lifecycle.create(run, wanted(planted))
    assert abs((run.clock.now() - run.iam.now()).total_seconds() - 7200) < 5
    planted.box.skew(-7200 + 60)
    first, second = planted.codes()
    assert (first, second) == parse_seed(BASE32).pair(step_at(run.iam.now()) + 2)


def test_codes_used_before_are_followed_by_the_next_unused_pair(planted: Stage) -> None:
    run = planted.run()
    saved = lifecycle.create(run, wanted(planted))
    lifecycle.delete(planted.run(), saved)
    planted.start_counting()
    again = planted.run()
    let_time_pass(again, planted)
    assert lifecycle.create(again, wanted(planted)).active
    assert planted.writes() == ["EnableMFADevice", "EnableMFADevice"]
    assert len(planted.time.slept) == 1
    assert 0 < planted.time.slept[0] <= 60
    assert planted.notes[-1].startswith(
        f"IAM refused the codes of {planted.arn()}, perhaps because they were used before: waiting "
    )


def test_a_wrong_seed_is_tried_twice_and_never_shown(planted: Stage) -> None:
    sentence = failure(lambda: lifecycle.create(planted.run(), wanted(planted, OTHER)), InvalidAuthenticationCode)
    assert planted.writes() == ["EnableMFADevice", "EnableMFADevice"]
    assert "IAM did not accept the two codes" in sentence
    assert OTHER not in sentence
    assert planted.holders() == {}


def test_given_codes_are_not_tried_twice(planted: Stage) -> None:
    failure(
        lambda: lifecycle.create(planted.run(), planted.wanted(codes=("000000", "000001"))), InvalidAuthenticationCode
    )
    assert planted.writes() == ["EnableMFADevice"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_with_a_seed(planted: Stage, when: str) -> None:
    planted.fault("EnableMFADevice", drop=True, when=when)
    assert lifecycle.create(planted.run(), wanted(planted)).active
    assert len(planted.writes()) == (1 if when == "after" else 2)


def test_a_seed_from_the_environment_is_read_only_when_it_is_needed(
    planted: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = planted.wanted(seed_source=parse_seed_source("env:PHONE_SEED"))
    sentence = failure(lambda: lifecycle.create(planted.run(), declared), SeedUnreadable)
    assert sentence.startswith("reading the seed from (env:PHONE_SEED): the environment variable is not set")
    monkeypatch.setenv("PHONE_SEED", BASE32)
    assert lifecycle.create(planted.run(), declared).active
    monkeypatch.delenv("PHONE_SEED")
    assert lifecycle.create(planted.run(), declared).active


def test_a_seed_source_that_holds_something_else_is_not_shown(planted: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONE_SEED", "hunter2")
    declared = planted.wanted(seed_source=parse_seed_source("env:PHONE_SEED"))
    sentence = failure(lambda: lifecycle.create(planted.run(), declared), SeedUnreadable)
    assert "its content is too short" in sentence
    assert "hunter2" not in sentence


@pytest.mark.long
@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("ssm:/mfa/absent", SeedNotFound, "there is no such parameter; correct seed_source"),
        ("secretsmanager:absent", SeedNotFound, "there is no such secret; correct seed_source"),
        ("secretsmanager:team#absent", SeedUnreadable, "the secret is not a JSON object with the key 'absent'"),
        ("ssm:/mfa/short", SeedUnreadable, "its content is too short"),
    ],
)
def test_a_seed_that_aws_does_not_have_is_said_at_once(
    planted: Stage, source: str, kind: type[MfaError], words: str
) -> None:
    planted.plant(parameters={"/mfa/short": BASE32[:20]}, secrets={"team": {"alice": BASE32}})
    declared = planted.wanted(seed_source=parse_seed_source(source))
    sentence = failure(lambda: lifecycle.create(planted.run(), declared), kind)
    assert sentence.startswith(f"reading the seed from ({source}): {words}")
    assert BASE32[:20] not in sentence
    assert planted.time.slept == []
    assert planted.writes() == []


def test_a_seed_moves_a_device(planted: Stage) -> None:
    planted.plant(users={"bob": user()})
    saved = lifecycle.create(planted.run(), wanted(planted))
    run = planted.run()
    let_time_pass(run, planted)
    moved = lifecycle.move(run, saved, Declaration("bob", parse_serial_number(planted.arn()), seed=parse_seed(BASE32)))
    assert moved.user_name == "bob"
    assert planted.holders() == {"bob": [planted.arn()]}
