"""Stack configuration as people write it."""

from __future__ import annotations

import pytest

from mfa_association.pulumi.config import read


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        ("one account, as `pulumi new` asks for it", "012345678901"),
        ("a list, as a stack file has it", ["012345678901"]),
        ("a list, as the engine passes it on", '["012345678901"]'),
    ],
)
def test_an_account_may_be_written_alone(reason: str, written: object) -> None:
    assert read({"aws:allowedAccountIds": written}).settings.allowed_account_ids == ("012345678901",), reason


def test_what_is_no_account_is_refused() -> None:
    fault = read({"aws:allowedAccountIds": "12345"}).fault
    assert "reading stack config aws:allowedAccountIds: account '12345': must be 12 characters long" in str(fault)
