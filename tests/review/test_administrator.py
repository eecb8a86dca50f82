"""Inline policies of the same change: which of them make their user an administrator."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.inventory.rights import makes_administrator

OWN = "arn:aws:iam::111122223333:user/${aws:username}"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


@pytest.mark.parametrize(
    ("document", "made", "reason"),
    [
        (allow("*"), True, "everything"),
        (allow("iam:*"), True, "whoever writes policies can give themselves everything"),
        (allow("iam:PutUserPolicy", OWN), True, "enough on oneself alone"),
        (allow("iam:AttachRolePolicy"), True, "enough on any role"),
        (allow("*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), True, "a condition decides: it may"),
        (allow(["iam:CreateAccessKey", "iam:ListMFADevices"], OWN), False, "one's own credentials"),
        (allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/reader"), False, "a role is looked at by --live"),
        (allow("s3:*"), False, "nothing of IAM"),
        ({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}, False, "takes, gives nothing"),
        (None, True, "not known yet: it may"),
        ({"Statement": ["x", {"Effect": "Allow", "Action": [1, "*"], "Resource": "*", "Condition": []}]}, True, "odd"),
        ({"Statement": 7}, False, "no statement"),
    ],
)
def test_what_makes_an_administrator(document: Any, made: bool, reason: str) -> None:
    assert makes_administrator(document, "alice") is made, reason
