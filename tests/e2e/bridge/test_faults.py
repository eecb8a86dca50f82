"""The core of the table of faults (docs/reliability.md) through the bridge: AWS's lists decide what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from mfa_association.sandbox.faults import When
from tests.e2e.bridged import BridgedStack, device
from tests.support.processes import Running
from tests.support.programs import DAVES, KEY, PHONE, TOKEN, enable
from tests.support.stack import ACCOUNT, virtual

PAGE = (Path(__file__).parents[3] / "docs" / "languages.md").read_text()
TABLET = virtual("dave-tablet")
WRITES = ("EnableMFADevice", "DeactivateMFADevice")


def writes(box: Sandbox) -> list[str]:
    """What was changed in AWS."""
    return [call.action for call in box.log() if call.action in WRITES]


@contextmanager
def held_up(stack: BridgedStack, box: Sandbox, action: str, when: When) -> Iterator[Running]:
    """`up` under way in a call that AWS does not answer; afterwards AWS answers again."""
    box.fault(action, delay=60, when=when)
    command = ["pulumi", "--color", "never", "--non-interactive", "up", "--yes", "--skip-preview"]
    running = Running(command, stack.folder, dict(stack.environment()), "terraform-provider-mfa")
    running.wait_for(lambda: box.waiting()[action])
    yield running
    box.clear_faults(action)
    stack.must("cancel", "--yes")


def test_another_name_in_one_run(stack: BridgedStack, box: Sandbox) -> None:
    stack.program(phone=device("dave", DAVES))
    stack.must_up()
    stack.program(renamed=device("dave", DAVES))
    assert "stays active: another resource declares it" in " ".join(stack.must_up().split())
    assert writes(box) == []


def test_another_name_in_two_runs(stack: BridgedStack, box: Sandbox) -> None:
    """The first run creates the new record and fails elsewhere; the second has the old record to delete."""
    stack.program(phone=device("dave", DAVES))
    stack.must_up()
    renamed = device("dave", DAVES)
    stack.program(renamed=renamed, wrong=device("erin", virtual("misspelt")))
    assert stack.up().returncode != 0
    stack.program(renamed=renamed)
    stack.must_up()
    assert writes(box) == [] and box.holders(ACCOUNT)["dave"] == [DAVES]
    assert stack.names() == ["renamed"]


def test_the_last_device_of_somebody_with_a_password(stack: BridgedStack, box: Sandbox) -> None:
    enable(box, "alice", PHONE)
    stack.program(phone=device("alice", PHONE, onLastDevice="refuse"))
    stack.must_up()
    box.reset_calls()
    stack.program()
    assert "error" not in stack.must("preview").stdout, "the bridge sends no plan of a removal"
    refused = re.findall(r"^    error: .*alice.*$", stack.up().stdout, re.MULTILINE)
    assert len(refused) == 2 and "\n".join(refused) in PAGE, refused
    assert writes(box) == [] and stack.names() == ["phone"]
    stack.must_up(MFA_ASSOCIATION_ON_LAST_DEVICE="allow:mfa/alice-phone")
    assert "alice" not in box.holders(ACCOUNT) and stack.names() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_answer_to_a_removal_is_lost(stack: BridgedStack, box: Sandbox, when: When) -> None:
    stack.program(phone=device("dave", DAVES), bobs=device("bob", TOKEN))
    stack.must_up()
    box.fault("DeactivateMFADevice", drop=True, when=when)
    stack.program(bobs=device("bob", TOKEN))
    stack.must_up()
    assert box.holders(ACCOUNT) == {"bob": [TOKEN], "carol": [KEY]} and stack.names() == ["bobs"]


def test_the_answer_to_an_enabling_is_lost(stack: BridgedStack, box: Sandbox) -> None:
    first, second = box.codes(PHONE)
    box.fault("EnableMFADevice", drop=True, when="after")
    stack.program(phone=device("alice", PHONE, authenticationCode1Wo=first, authenticationCode2Wo=second))
    stack.must_up()
    assert writes(box) == ["EnableMFADevice"] and stack.names() == ["phone"]
    assert "2 unchanged" in stack.must_up()


def test_killed_while_a_device_is_enabled(stack: BridgedStack, box: Sandbox) -> None:
    first, second = box.codes(PHONE)
    stack.program(phone=device("alice", PHONE, authenticationCode1Wo=first, authenticationCode2Wo=second))
    with held_up(stack, box, "EnableMFADevice", "after") as running:
        running.kill_all()
    stack.must_up()
    assert writes(box) == ["EnableMFADevice"] and stack.names() == ["phone"]
    assert box.holders(ACCOUNT)["alice"] == [PHONE]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_the_old_device_of_a_replacement_goes(stack: BridgedStack, box: Sandbox, when: When) -> None:
    box.client().create_virtual_mfa_device(VirtualMFADeviceName="dave-tablet")
    stack.program(phone=device("dave", DAVES))
    stack.must_up()
    first, second = box.codes(TABLET)
    stack.program(phone=device("dave", TABLET, authenticationCode1Wo=first, authenticationCode2Wo=second))
    with held_up(stack, box, "DeactivateMFADevice", when) as running:
        running.kill_all()
    stack.must_up()
    assert box.holders(ACCOUNT)["dave"] == [TABLET] and stack.names() == ["phone"]


def test_killed_between_the_two_halves_of_a_rename(stack: BridgedStack, box: Sandbox) -> None:
    """The old record is left to delete, by a process that knows nothing of the first; another removal goes with it."""
    first = device("dave", DAVES)
    stack.program(phone=first, bobs=device("bob", TOKEN, options={"dependsOn": ["${phone}"]}))
    stack.must_up()
    stack.program(renamed=device("dave", DAVES))
    with held_up(stack, box, "DeactivateMFADevice", "before") as running:
        running.kill_all()
    stack.must_up()
    assert box.holders(ACCOUNT) == {"carol": [KEY], "dave": [DAVES]} and stack.names() == ["renamed"]
