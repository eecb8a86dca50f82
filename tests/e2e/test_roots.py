"""The root user of a member account in a roster: adopted, read and deactivated through AssumeRoot."""

from __future__ import annotations

import json

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, Stack

MEMBER = "444455556666"
PHONE = f"arn:aws:iam::{MEMBER}:mfa/root-phone"


@pytest.fixture
def company(stack: Stack, box: Sandbox) -> Stack:
    """The test account manages the root credentials of one member."""
    organization = {"management": ACCOUNT, "members": [MEMBER], "root_credentials_management": True}
    root = {"password": True, "devices": [{"kind": "virtual", "name": "root-phone"}]}
    box.add({"accounts": {MEMBER: {"root": root}}, "organization": organization})
    return stack


def roster(stack: Stack, *devices: str) -> None:
    stack.roster(json.dumps({"allow_empty": "true", "roots": {MEMBER: devices}}))


def test_adopted_read_and_deactivated(company: Stack, box: Sandbox) -> None:
    roster(company, PHONE)
    done = company.up()
    assert done.code == 0, done.text
    outputs = company.outputs()["mfa/root-phone"]
    assert (outputs["active"], outputs["root_account_id"], outputs["account_id"]) == (True, MEMBER, MEMBER)
    assert "user_name" not in outputs
    assert company.refresh().code == 0
    assert company.preview().methods("mfa/root-phone") == ["Check", "Diff"]
    roster(company)
    removed = company.up()
    assert removed.code == 0, removed.text
    assert "the root user could sign in with a password alone: delete its password and access keys first" in (
        removed.text
    )
    assert box.holders(MEMBER) == {}
    assert {call.user for call in box.log() if call.account == MEMBER} == {None}


def test_an_scp_and_a_missing_feature_are_one_sentence_each_and_keep_the_state(company: Stack, box: Sandbox) -> None:
    roster(company, PHONE)
    assert company.up().code == 0
    before = company.outputs()
    box.add({"accounts": {MEMBER: {"scp_deny_root": ["iam:DeactivateMFADevice"]}}})
    denied = company.destroy()
    assert "a service control policy denies it to root users; exempt the root task sessions" in denied.text
    box.add({"accounts": {}, "organization": {"management": ACCOUNT, "members": [MEMBER]}})
    disabled = company.refresh()
    assert "the organization does not manage root credentials centrally; enable it with" in disabled.text
    for done in (denied, disabled):
        assert done.code != 0
        assert "Traceback" not in done.text
    assert company.outputs() == before
    assert box.holders(MEMBER) == {"<root>": [PHONE]}
