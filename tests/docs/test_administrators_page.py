"""docs/administrators.md: every action and every example is what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mfa_association.inventory.rights import ESCALATIONS, Policy, judge, parse
from mfa_association.review.facts import NotChecked

PAGE = (Path(__file__).parents[2] / "docs" / "administrators.md").read_text()
ALICE = "arn:aws:iam::111122223333:user/alice"
KINDS = {"users": "user", "groups": "group", "roles": "role", "managed policies": "policy"}
UNREAD = NotChecked("denied: iam:GetPolicy")


def table(head: str) -> list[list[str]]:
    lines = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_actions_that_are_enough_are_all_named() -> None:
    told = {action.lower(): KINDS[row[0]] for row in table("on") for action in re.findall("`(.*?)`", row[1])}
    assert told == ESCALATIONS


def deny(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*", **more}


BESIDES: dict[str, dict[str, Any]] = {
    "": {},
    "only from an address (`aws:SourceIp`)": {"condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
    "only with MFA (`aws:MultiFactorAuthPresent`)": {"condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    "everything is denied without MFA": {
        "denied": deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    },
    "`*` is denied": {"denied": deny("*")},
    "`iam:PutUserPolicy` is denied": {"denied": deny("iam:PutUserPolicy")},
    "a permissions boundary": {"boundary": "arn"},
    "another policy could not be read": {"unread": UNREAD},
}


@pytest.mark.parametrize("row", table("a user is allowed"), ids=" ".join)
def test_an_example_is_judged_so(row: list[str]) -> None:
    allowed, on, besides, told = row
    how = BESIDES[besides]
    statement = {"Effect": "Allow", "Action": allowed.strip("`"), "Resource": on.strip("`")}
    statements = [statement | {"Condition": how.get("condition", {})}, *([how["denied"]] if "denied" in how else [])]
    policy = Policy("example", parse({"Statement": statements}))
    verdict = judge([policy], ALICE, how.get("boundary"), how.get("unread")).administrator
    assert ("not checked" if isinstance(verdict, NotChecked) else verdict) == told
