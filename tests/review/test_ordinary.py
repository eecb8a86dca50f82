"""Ordinary pull requests: the review must not cry wolf. What is above medium here has its cause beside it.

Documents in the shape of the engines, made by the helpers of ``documents``; AWS's answers stand beside them.
"""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Live
from mfa_association.review.findings import RISKS
from mfa_association.review.gate import closed_by
from mfa_association.review.parse import parse

from .documents import ACCOUNT, CODES, arn, assoc, plan, preview, provider, resource, step, terraform, written
from .make import facts, live

PHONE, TABLET, NEW = arn("alice-phone"), arn("alice-tablet"), arn("alice-new")
ALICE, BOB = assoc("alice", PHONE), assoc("bob", "GAHT12345678", name="token")
STAFF = live(
    facts("alice", (PHONE,), console_password=True, groups=(), policies=()),
    facts("bob", ("GAHT12345678",), console_password=True, groups=(), policies=()),
)


def holding(*serials: str) -> Live:
    """AWS, with alice holding these devices."""
    return live(facts("alice", serials, console_password=True, administrator="yes", groups=(), policies=()))


OURS = "mfa_device_association"
SAME = step("same", ALICE, ALICE)
JOINER = live(facts("carol", (), exists=False, console_password=False, groups=(), policies=()))


@pytest.mark.parametrize(
    ("document", "asked", "verdict", "reason"),
    [
        (preview(SAME), None, "none", "nothing changes"),
        (preview(SAME, step("create", None, written("carol", arn("carol-phone")))), JOINER, "medium", "a joiner"),
        (
            preview(SAME, step("create", None, written("carol", arn("carol-phone"), **CODES))),
            JOINER,
            "low",
            "a joiner, enrolled by codes",
        ),
        (preview(SAME, step("create", None, written("carol", arn("carol-phone")))), None, "medium", "AWS is not asked"),
        (
            preview(step("create", None, written("alice", NEW)), step("delete", ALICE)),
            holding(PHONE, NEW),
            "low",
            "a new phone that is registered already: the usual way",
        ),
        (
            preview(step("create", None, written("alice", NEW, **CODES)), step("delete", ALICE)),
            live(facts("alice", (PHONE,), console_password=True, groups=(), policies=())),
            "low",
            "a new phone with codes: rule 8 holds the removal back",
        ),
        (
            preview(step("create", None, written("alice", NEW, **CODES)), step("delete", ALICE)),
            None,
            "medium",
            "the same while AWS is not asked: whether she is an administrator is not known",
        ),
        (
            preview(step("create", None, written("alice", NEW, require_active=True)), step("delete", ALICE)),
            None,
            "medium",
            "a new phone that has to be registered already, or nothing goes",
        ),
        (
            preview(step("delete", ALICE), step("same", assoc("alice", TABLET), assoc("alice", TABLET))),
            None,
            "low",
            "one of two devices goes",
        ),
        (
            preview(step("delete", BOB)),
            live(facts("bob", ("GAHT12345678",), active_access_keys=0, groups=(), policies=())),
            "info",
            "a leaver whose password and keys are gone",
        ),
        (
            preview(step("delete", BOB), resource("delete", "aws:iam/user:User", "bob", forceDestroy=True)),
            STAFF,
            "info",
            "a leaver whose user goes too, and nothing blocks that",
        ),
        (
            preview(step("create", None, written("alice", PHONE, name="phone")), step("delete", ALICE)),
            STAFF,
            "low",
            "a resource gets another name",
        ),
        (preview(step("update", ALICE, written("alice", PHONE, on_last_device="refuse"))), STAFF, "none", "a guard"),
        (
            preview(SAME, resource("create", "aws:s3/bucket:Bucket", "logs", bucket="logs")),
            STAFF,
            "none",
            "a bucket beside",
        ),
        (
            preview(SAME, resource("create", "aws:iam/role:Role", "ci", assumeRolePolicy="{}")),
            STAFF,
            "none",
            "a role beside",
        ),
        (
            preview(SAME, resource("create", "random:index/randomPet:RandomPet", "pet")),
            STAFF,
            "low",
            "a provider that was not there",
        ),
        (preview(SAME, provider("same", "aws", region="eu-west-1")), STAFF, "none", "an explicit provider stays"),
        (preview(SAME, config={"mfa:maxRemovals": "10"}), STAFF, "none", "a limit"),
        (
            plan(terraform("no-op", "mfa_device_association.a", "alice", PHONE), moved=True),
            None,
            "none",
            "a moved block",
        ),
        (
            plan(
                terraform("delete", f"{OURS}.a", "alice", PHONE),
                terraform("create", f"{OURS}.b", "alice", NEW),
            ),
            holding(PHONE, NEW),
            "low",
            "Terraform: a new phone that is registered already",
        ),
        (
            plan(terraform("create", 'module.carol.mfa_device_association.phone["a"]', "carol", arn("carol-phone"))),
            JOINER,
            "medium",
            "Terraform: a new module beside",
        ),
        (
            plan(terraform("forget", f"{OURS}.a", "alice", PHONE)),
            None,
            "info",
            "Terraform: a record leaves the state",
        ),
    ],
)
def test_an_ordinary_pull_request(document: bytes, asked: Live | None, verdict: str, reason: str) -> None:
    read = parse(document)
    assert read.failure is None
    report = classify(read, Context(asked))
    assert report.verdict == verdict, reason
    assert verdict == "none" or RISKS.index(verdict) >= RISKS.index("medium")
    assert not closed_by(report, "high"), reason
    assert not report.code


def test_the_account_is_the_one_of_the_documents() -> None:
    """Else the answers above would be of somebody else."""
    found: Any = parse(preview(step("delete", ALICE))).devices[0].before
    assert found.account == ACCOUNT
