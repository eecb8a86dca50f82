"""Wrong input names the command that makes the right one; what setup-terraform's wrapper adds is no fault."""

from __future__ import annotations

import pytest

from mfa_association.review.parse import parse

from .golden import HERE

PLAN = (HERE / "plans" / "real-delete.json").read_bytes()
SHOW, PREVIEW = "`terraform show -json plan.bin`", "`pulumi preview --json --show-sames --show-replacement-steps"


@pytest.mark.parametrize(
    ("raw", "command", "reason"),
    [
        (b"PK\x03\x04\x14\x00tfplan", SHOW, "the plan file itself"),
        (b"Terraform will perform the following actions:\n", SHOW, "what a terminal shows"),
        (b'{"@level":"info","@message":"Terraform 1.13.5"}\n{"@level":"info"}\n', SHOW, "the log of plan -json"),
        (b'{"version":4,"terraform_version":"1.13.5","resources":[]}', SHOW, "a state file"),
        (b'{"format_version":"1.0","values":{}}', SHOW, "a shown state"),
        (b"Previewing update (prod):\n\n     Type  Name\n", PREVIEW, "what a terminal shows"),
        (b'{"manifest":{},"resourcePlans":{}}', PREVIEW, "pulumi preview --save-plan"),
        (b'{"version":3,"deployment":{}}', PREVIEW, "pulumi stack export"),
        (b'{"something":"else"}', PREVIEW, "anything else"),
        (b"error: no stack selected\n", SHOW, "an error"),
    ],
)
def test_the_right_command_is_named(raw: bytes, command: str, reason: str) -> None:
    failure = parse(raw).failure
    assert failure and command in failure, reason


@pytest.mark.parametrize(
    "raw",
    [
        b"[command]/opt/terraform-bin show -json plan.bin\n" + PLAN + b"\n::debug::Terraform exited with code 0.\n",
        PLAN + b"\n\n::set-output name=stdout::{%0A}\n::set-output name=exitcode::0\n",
    ],
)
def test_what_the_wrapper_of_setup_terraform_adds_is_passed_over(raw: bytes) -> None:
    assert parse(raw) == parse(PLAN)


def test_anything_else_behind_the_document_is_a_fault() -> None:
    assert parse(PLAN + b"\nError: state lock\n").failure
    assert parse(PLAN + b"\n::debug::\n" + PLAN).failure
