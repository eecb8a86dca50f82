"""Terraform's and OpenTofu's plans, real ones and hand-made ones in the documented shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.review.classify import classify
from mfa_association.review.parse import parse

from .golden import HERE


def plan(name: str) -> bytes:
    return (HERE / "plans" / f"{name}.json").read_bytes()


def told(name: str) -> list[tuple[str, str, str]]:
    """Kind, risk and holder of every finding of a plan."""
    report = classify(parse(plan(name)))
    return [(one.kind, one.risk, str(one.holder)) for one in (*report.losses, *report.gains)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("real-delete", [("removed", "high", "dave"), ("removed", "low", "alice")]),
        ("real-replace", [("replaced", "high", "dave"), ("added", "medium", "dave")]),
        ("real-replace-delete-first", [("replaced", "high", "dave"), ("added", "medium", "dave")]),
        ("real-move", [("moved-away", "high", "dave"), ("moved-here", "medium", "alice")]),
        ("real-renamed", [("redeclared", "high", "dave")]),
        ("real-moved-block", []),
        ("real-forget", [("left-alone", "info", "dave")]),
        ("real-gains", [("added", "medium", "None"), ("added", "medium", "alice"), ("added", "medium", "dave")]),
        (
            "delete",
            [
                ("removed", "critical", "dave"),
                ("removed", "high", "carol"),
                ("user-deleted", "high", "frank"),
                ("removed", "low", "alice"),
                ("left-alone", "info", "bob"),
            ],
        ),
        (
            "replace",
            [
                ("replaced", "high", "dave"),
                ("replaced", "low", "erin"),
                ("added", "medium", "dave"),
                ("added", "medium", "erin"),
            ],
        ),
        ("unknown-action", [("removed", "high", "dave")]),
        ("empty", []),
    ],
)
def test_what_a_plan_does(name: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(name) == expected


@pytest.mark.parametrize("name", ["real-gains", "real-move", "module", "replace"])
def test_codes_that_a_plan_does_not_show_are_seen_to_be_given(name: str) -> None:
    assert any(one.after and one.after.enables and not one.after.seed_source for one in parse(plan(name)).devices)


def test_codes_of_another_resource_are_not_taken_for_its_own() -> None:
    enables = {one.address: one.after.enables for one in parse(plan("real-gains")).devices if one.after}
    assert enables == {f"mfa_device_association.{name}": name != "b" for name in "abc"}


def test_the_engine_and_what_it_left_out_are_told() -> None:
    found = parse(plan("unknown-action"), key="access/production")
    assert (found.engine, found.stack, found.engine_version) == ("terraform", "access/production", "1.11.4")
    assert found.notes == ("The plan is not complete: a later one may change more.",)


@pytest.mark.parametrize("actions", [None, [], ["delete", "create"], "delete"])
def test_odd_actions_are_never_nothing(actions: Any) -> None:
    document = json.loads(plan("real-delete"))
    document["resource_changes"][0]["change"]["actions"] = actions
    assert "alice" in {str(one.holder) for one in classify(parse(json.dumps(document).encode())).losses}


def test_a_deposed_object_is_a_leftover() -> None:
    document = json.loads(plan("real-delete"))
    document["resource_changes"][0]["deposed"] = "0a1b2c3d"
    assert [one.leftover for one in parse(json.dumps(document).encode()).devices] == [True, False, False]


def test_data_sources_are_read_only() -> None:
    document = json.loads(plan("real-delete"))
    for one in document["resource_changes"]:
        one["mode"] = "data"
    assert parse(json.dumps(document).encode()).devices == ()
