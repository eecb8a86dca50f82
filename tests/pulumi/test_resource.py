"""The constructor is written out, for people and type checkers, and says what the table of inputs says."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

import pytest
from pulumi import Output

from mfa_association.fields import FIELDS, Field
from mfa_association.pulumi import MfaDeviceAssociation
from tests.pulumi.engine import SECRET, declared_by

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
OUTPUTS = {"active", "device_kind", "enable_date", "account_id", "user_id"}
NONE = inspect.Parameter.empty
PARAMETERS = inspect.signature(MfaDeviceAssociation.__init__).parameters


def _default(field: Field) -> Any:
    if field.is_required:
        return NONE
    return False if field.is_truth else None


def _leaves(hint: Any) -> set[Any]:
    """The plain types and choices that a hint is made of."""
    parts = get_args(hint)
    return {leaf for part in parts for leaf in _leaves(part)} if parts else {hint}


def test_the_constructor_is_keyword_only_and_has_the_inputs_alone() -> None:
    shown = [
        (one.name, one.kind.name, one.default) for one in inspect.signature(MfaDeviceAssociation).parameters.values()
    ]
    assert shown == [
        ("name", "POSITIONAL_OR_KEYWORD", NONE),
        *((field.name, "KEYWORD_ONLY", _default(field)) for field in FIELDS),
        ("opts", "KEYWORD_ONLY", None),
    ]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_parameter_has_the_type_of_its_row(field: Field) -> None:
    plain: set[Any] = {bool} if field.is_truth else set(field.choices) or {str}
    assert plain <= _leaves(PARAMETERS[field.name].annotation)
    others = {bool, str, *(choice for one in FIELDS for choice in one.choices)} - plain
    assert not others & _leaves(PARAMETERS[field.name].annotation)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_parameter_is_documented(field: Field) -> None:
    doc = inspect.getdoc(MfaDeviceAssociation) or ""
    described = re.search(rf":param {field.name}: (.+?)(?=\n:param|\Z)", doc, re.DOTALL)
    if field.name == "authentication_code_2":
        assert f"``{field.name}``" in doc  # told with the first
    else:
        assert described and all(f"``{choice}``" in described[1] for choice in field.choices if choice != field.default)


def test_the_outputs_are_the_inputs_that_are_no_secret_and_what_iam_says() -> None:
    annotations = MfaDeviceAssociation.__annotations__
    assert set(annotations) == {field.name for field in FIELDS if not field.is_secret} | OUTPUTS
    for field in FIELDS:
        if not field.is_secret:
            plain: Any = bool if field.is_truth else str
            assert annotations[field.name] == (Output[plain] if field.is_required else Output[plain | None])


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_is_given_reaches_the_engine(field: Field) -> None:
    value: Any = True if field.is_truth else next(iter(field.choices), "given")
    given: dict[str, Any] = {"serial_number": PHONE, field.name: value}
    [made] = declared_by(lambda: MfaDeviceAssociation("x", **given))
    sent = dict(made.inputs)
    assert sent.pop("__provider")
    assert set(sent) == set(given)
    shown = sent[field.name]
    assert (isinstance(shown, dict) and SECRET in str(shown)) == field.is_secret, shown
    assert field.is_secret or shown == value
