"""Guards through the real engine: saved with the line, obeyed when it is gone, and lifted for one run that says so."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import PHONE, enable
from tests.support.stack import ACCOUNT, Stack, virtual

PAGE = Path(__file__).parents[2] / "docs" / "guards.md"
FIRST, SECOND = virtual("frank-phone"), virtual("frank-spare")


@pytest.fixture
def frank(stack: Stack, box: Sandbox) -> Stack:
    """frank, who has a console password and holds two phones."""
    devices = [{"kind": "virtual", "name": name} for name in ("frank-phone", "frank-spare")]
    box.add({"accounts": {ACCOUNT: {"users": {"frank": {"password": True, "devices": devices}}}}})
    return stack


def test_two_devices_leave_together_and_the_second_is_the_last(frank: Stack, box: Sandbox) -> None:
    frank.configure(mfa_onLastDevice="refuse")
    frank.lines(frank=[FIRST, SECOND])
    assert frank.up().code == 0
    assert {outputs["on_last_device"] for outputs in frank.outputs().values()} == {"refuse"}
    frank.roster("allow_empty: true\n")
    done = frank.up("--continue-on-error")
    assert done.code != 0
    assert "it is the last MFA device, frank has a console password, and on_last_device is 'refuse'" in done.text
    assert len(box.holders(ACCOUNT)["frank"]) == len(frank.state()) == 1
    lifted = frank.up(MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    assert lifted.code == 0, lifted.text
    assert "warning: on_last_device is allow for this run (MFA_ASSOCIATION_ON_LAST_DEVICE)" in lifted.text
    assert frank.state() == {}


def test_a_default_that_is_loosened_together_with_the_line_does_not_loosen_the_line(frank: Stack, box: Sandbox) -> None:
    frank.configure(mfa_onLastDevice="refuse")
    frank.lines(frank=[SECOND], bob=["GAHT12345678"])
    assert frank.up().code == 0
    box.client().deactivate_mfa_device(UserName="frank", SerialNumber=FIRST)
    frank.configure(mfa_onLastDevice="allow")
    frank.lines(bob=["GAHT12345678"])
    done = frank.up()
    assert done.code != 0
    assert "and on_last_device is 'refuse'" in done.text
    assert box.holders(ACCOUNT)["frank"] == [SECOND]


def test_a_new_default_shows_in_the_preview_and_counts_from_the_next_up(frank: Stack, box: Sandbox) -> None:
    frank.lines(frank=[FIRST])
    assert frank.up().code == 0
    frank.configure(mfa_onLastDevice="refuse", mfa_onDestroy="delete-virtual-device")
    box.reset_calls()
    preview = frank.preview("--diff")
    assert 'on_last_device: "refuse"' in preview.text
    assert 'on_destroy    : "delete-virtual-device"' in preview.text
    assert frank.up().code == 0
    assert box.calls() == {}
    outputs = frank.outputs()["mfa/frank-phone"]
    assert (outputs["on_last_device"], outputs["on_destroy"]) == ("refuse", "delete-virtual-device")


def test_what_a_roster_says_is_saved_with_each_line(frank: Stack, box: Sandbox) -> None:
    defaults = {"on_last_device": "refuse", "on_destroy": "delete-virtual-device"}
    devices = [FIRST, {"serial_number": SECOND, "on_last_device": "allow", "on_destroy": "keep"}]
    frank.roster(json.dumps({"defaults": defaults, "users": {"frank": devices, "bob": ["GAHT12345678"]}}))
    assert frank.up().code == 0
    saved = {name: (one.get("on_last_device"), one.get("on_destroy")) for name, one in frank.outputs().items()}
    assert saved == {
        "mfa/frank-phone": ("refuse", "delete-virtual-device"),
        "mfa/frank-spare": ("allow", "keep"),
        "GAHT12345678": ("refuse", None),
    }
    frank.roster(json.dumps({"users": {"frank": [SECOND], "bob": ["GAHT12345678"]}}))
    done = frank.up()
    assert done.code == 0, done.text
    assert FIRST not in [one["SerialNumber"] for one in box.client().list_virtual_mfa_devices()["VirtualMFADevices"]]


def test_a_password_that_cannot_be_checked(frank: Stack, box: Sandbox) -> None:
    frank.lines(frank=[FIRST, SECOND])
    assert frank.up().code == 0
    box.fault("GetLoginProfile", error="AccessDenied", times=None)
    frank.roster("allow_empty: true\n")
    done = frank.up()
    assert done.code == 0, done.text
    assert "it is the last MFA device; frank has perhaps a console password, which could not be checked" in done.text


@pytest.mark.deep
def test_somebody_leaves_under_refuse_as_the_page_tells(stack: Stack, box: Sandbox) -> None:
    """Every line of output in docs/guards.md comes from these runs."""
    refused, without_password, lifted = re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL)
    stack.configure(mfa_onLastDevice="refuse")
    enable(box, "alice", PHONE)

    def shows(block: str, run: str) -> None:
        lines = [line for line in block.splitlines() if not line.startswith("$")]
        assert lines and not [line for line in lines if line not in run], run

    def declared() -> None:
        stack.lines(alice=[PHONE])
        assert stack.up().code == 0
        stack.roster("allow_empty: true\n")

    declared()
    shows(refused, stack.up().text)
    shows(lifted, stack.up(MFA_ASSOCIATION_ON_LAST_DEVICE="allow").text)
    box.skew(120)
    shutil.rmtree(Path(os.environ["XDG_STATE_HOME"]))  # two minutes later, what was removed is not remembered
    enable(box, "alice", PHONE)
    declared()
    box.client().delete_login_profile(UserName="alice")
    shows(without_password, stack.up().text)
