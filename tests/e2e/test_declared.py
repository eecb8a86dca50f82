"""Across changes of the program, through the real engine: what it declares stays, what it no longer declares goes."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.stack import ACCOUNT, Stack, virtual

NADIA, NINA = virtual("nadia-phone"), virtual("nina-phone")
PEOPLE = {
    "users": {
        "nadia": {"password": True, "devices": [{"kind": "virtual", "name": "nadia-phone"}]},
        "nina": {"password": True, "devices": [{"kind": "virtual", "name": "nina-phone"}]},
        "omar": {"password": True},
    },
}
PROGRAM = """
import pulumi
from mfa_association.pulumi import MfaDeviceAssociation
{lines}
"""


def _line(name: str, user: str, serial: str) -> str:
    return f"MfaDeviceAssociation({name!r}, user_name={user!r}, serial_number={serial!r})"


@pytest.fixture
def people(stack: Stack, box: Sandbox) -> Stack:
    """nadia and nina with a phone each, declared; omar with none. Nothing is waited for."""
    box.add({"accounts": {ACCOUNT: PEOPLE}})
    stack.configure(mfa_propagationTime="0")
    _declare(stack, _line("nadia", "nadia", NADIA), _line("nina", "nina", NINA))
    up_once(stack, box)
    return stack


def _declare(stack: Stack, *lines: str) -> None:
    stack.program(PROGRAM.format(lines="\n".join(lines)))


def test_a_renaming_that_met_a_failing_line_strips_nobody_at_the_next_run(people: Stack, box: Sandbox) -> None:
    """The new records were made by the run that failed; the next one has the old ones left to delete."""
    renamed = [_line("team-nadia", "nadia", NADIA), _line("team-nina", "nina", NINA)]
    _declare(people, *renamed, _line("omar", "omar", virtual("omar-phoen")))
    assert people.up().code != 0
    _declare(people, *renamed)
    done = people.up()
    assert done.code == 0, done.text
    holders = box.holders(ACCOUNT)
    assert (holders["nadia"], holders["nina"]) == ([NADIA], [NINA])
    assert box.calls()["DeactivateMFADevice"] == 0
    assert sorted(people.state()) == ["team-nadia", "team-nina"]


def test_a_misspelt_successor_keeps_the_last_device_until_it_is_lifted(people: Stack, box: Sandbox) -> None:
    _declare(people, _line("tablet", "nadia", virtual("nadia-tabelt")), _line("nina", "nina", NINA))
    done = people.up("--continue-on-error")
    assert done.code != 0
    said = f"it is the last MFA device, and {virtual('nadia-tabelt')}, which this run declares for nadia, failed ("
    assert said in done.text.replace("\n", " ")
    assert box.holders(ACCOUNT)["nadia"] == [NADIA]
    lifted = people.up("--continue-on-error", MFA_ASSOCIATION_ON_LAST_DEVICE="allow:mfa/nadia-phone")
    assert "on_last_device is allow for mfa/nadia-phone in this run, whatever failed" in lifted.text
    assert "nadia" not in box.holders(ACCOUNT)


def test_a_leaver_loses_what_is_declared_for_an_heir_who_cannot_have_it(people: Stack, box: Sandbox) -> None:
    _declare(people, _line("heirloom", "omar", NADIA), _line("nina", "nina", NINA))
    done = people.up("--continue-on-error")
    assert done.code != 0 and "it is held by nadia" in done.text
    assert "nadia" not in box.holders(ACCOUNT)
    assert people.up().code == 0, "recorded, until omar registers it"
