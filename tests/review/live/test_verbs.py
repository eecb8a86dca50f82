"""The verbs that tell what a principal may do: their errors, and answers that are not what they should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from mfa_association.aws import errors
from mfa_association.aws.codes import CODES
from mfa_association.aws.policies import Policies, Simulated
from mfa_association.aws.sentences import SENTENCES
from mfa_association.aws.session import Session
from tests.support.stage import failure

from .stage import READ_ONLY, Account

VERBS: dict[str, Callable[[Policies], object]] = {
    "ListAttachedUserPolicies": lambda verbs: verbs.attached_to_user("alice"),
    "ListUserPolicies": lambda verbs: verbs.inline_of_user("alice"),
    "GetUserPolicy": lambda verbs: verbs.user_policy("alice", "own"),
    "ListGroupsForUser": lambda verbs: verbs.groups_of("alice"),
    "ListAttachedGroupPolicies": lambda verbs: verbs.attached_to_group("staff"),
    "ListGroupPolicies": lambda verbs: verbs.inline_of_group("staff"),
    "GetGroupPolicy": lambda verbs: verbs.group_policy("staff", "own"),
    "GetPolicy": lambda verbs: verbs.managed(READ_ONLY),
    "GetPolicyVersion": lambda verbs: verbs.managed(READ_ONLY),
    "SimulatePrincipalPolicy": lambda verbs: verbs.simulate("arn:aws:iam::111122223333:role/x", ["iam:GetUser"], ["*"]),
}


@pytest.fixture
def verbs(account: Account) -> Policies:
    account.plant(users={"alice": {}})
    return Policies(Session(account.settings()))


@pytest.mark.parametrize("operation", VERBS)
def test_every_modelled_error_is_a_type_with_a_sentence(operation: str, account: Account, verbs: Policies) -> None:
    model = account.admin().meta.service_model.operation_model(operation)
    codes = {shape.metadata["error"]["code"] for shape in model.error_shapes} | {"AccessDenied"}
    for code in sorted(codes):
        kind = CODES[code]
        account.fault(operation, error=code)
        sentence = failure(lambda: VERBS[operation](verbs), kind)
        cause, advice = SENTENCES.get((operation, kind.__name__), (kind.cause, kind.advice))
        assert f": {cause}; {advice} (AWS: {operation}: {code}: " in sentence
        assert sentence.startswith(("reading ", "simulating "))


@pytest.mark.parametrize("operation", VERBS)
def test_what_is_missing_is_said_in_words_of_its_own(operation: str) -> None:
    assert (operation, "NoSuchEntity") in SENTENCES


DOCUMENTS: list[tuple[str, Any]] = [
    ("text that is not JSON", "not json"),
    ("a list", []),
    ("without statements", {"Version": "2012-10-17"}),
    ("statements of text", {"Statement": ["x"]}),
]


@pytest.mark.parametrize(("reason", "given"), DOCUMENTS, ids=[row[0] for row in DOCUMENTS])
def test_what_is_not_a_policy_is_no_answer(reason: str, given: Any, account: Account) -> None:
    session = mock.Mock()
    session.reader.get_user_policy.return_value = {"PolicyDocument": given}
    failure(lambda: Policies(session).user_policy("alice", "own"), errors.LostAnswer)


def test_a_simulation_is_read_by_resource_not_by_the_decision_above() -> None:
    each = [
        {"EvalResourceName": "a", "EvalResourceDecision": "allowed"},
        {"EvalResourceName": "b", "EvalResourceDecision": "implicitDeny", "MissingContextValues": ["aws:x"]},
    ]
    above = {"EvalActionName": "iam:GetUser", "EvalDecision": "implicitDeny", "ResourceSpecificResults": each}
    session = mock.Mock()
    session.reader.get_paginator.return_value.paginate.return_value = [{"EvaluationResults": [above]}]
    assert Policies(session).simulate("arn", ["iam:GetUser"], ["a", "b"]) == [
        Simulated("iam:GetUser", "a", "allowed"), Simulated("iam:GetUser", "b", "implicitDeny", ("aws:x",))
    ]  # fmt: skip
