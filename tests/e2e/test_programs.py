"""What a program is told before anything happens, and what it keeps beside us."""

from __future__ import annotations

import re
from pathlib import Path

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, PHONE, program
from tests.support.stack import ACCOUNT, Stack

README = (Path(__file__).parents[2] / "README.md").read_text()
NEIGHBOUR = """
from pulumi.dynamic import CreateResult, Resource, ResourceProvider
class Theirs(ResourceProvider):
    def create(self, props):
        return CreateResult("id", {"found": {}["where does this come from"]})
Resource_ = type("Resource_", (Resource,), {})
Resource_(Theirs(), "theirs", {})
"""


def test_another_dynamic_provider_beside_ours_keeps_its_traceback(stack: Stack, box: Sandbox) -> None:
    stack.program(program(serial=f"{DAVES}-misspelt") + NEIGHBOUR)
    done = stack.up("--continue-on-error")
    assert done.code != 0
    assert "Traceback" in done.text and "KeyError: 'where does this come from'" in done.text
    assert "in create" in done.text
    assert "error: mfa-association: binding MFA device" in done.text
    assert "mfa_association/" not in done.text, "a frame of ours"


def test_a_list_with_a_line_in_front_strips_nobody_who_asks_to_delete_first(stack: Stack, box: Sandbox) -> None:
    lines = [("dave", DAVES), ("alice", PHONE)]
    text = """
import pulumi
from mfa_association.pulumi import MfaDeviceAssociation
for number, (user, serial) in enumerate({lines}):
    MfaDeviceAssociation(f"line-{{number}}", user_name=user, serial_number=serial, opts=pulumi.ResourceOptions({opts}))
"""
    stack.program(text.format(lines=lines, opts=""))
    stack.up()
    before = box.holders(ACCOUNT)
    stack.program(text.format(lines=[("bob", "GAHT12345678"), *lines], opts="delete_before_replace=True"))
    done = stack.up()
    assert done.code != 0
    assert "error: declaring MFA device association (line-0): delete_before_replace=True would deactivate" in done.text
    assert "Traceback" not in done.text
    assert box.holders(ACCOUNT) == before


def test_a_misspelt_key_fails_the_preview(stack: Stack, box: Sandbox) -> None:
    stack.configure(mfa_maxRemoval=0)
    stack.program(program())
    done = stack.preview()
    assert done.code != 0
    assert (
        "reading stack config mfa:maxRemoval: is not a key of this provider, did you mean mfa:maxRemovals?" in done.text
    )
    assert box.calls() == {}


def test_a_device_declared_twice_is_warned_of_at_preview(stack: Stack, box: Sandbox) -> None:
    stack.program(program() + program(name="again"))
    done = stack.preview()
    assert done.code == 0, done.text
    assert f"warning: {DAVES} is declared twice in this program, as again and as phone" in done.text


def test_the_program_of_the_readme_runs_as_it_stands(stack: Stack, box: Sandbox) -> None:
    [text] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    [roster] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    box.add({"accounts": {ACCOUNT: {"users": {"alice": {}}, "devices": [{"kind": "virtual", "name": "alice-spare"}]}}})
    stack.program(text)
    stack.roster(roster)
    done = stack.up()
    assert done.code == 0, done.text
    assert sorted(stack.state()) == ["GAHT12345678", "mfa/alice-phone", "mfa/alice-spare"]
