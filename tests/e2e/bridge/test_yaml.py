"""A program in YAML: declared, unchanged, imported, moved, removed, and where its secrets are."""

from __future__ import annotations

import json
from pathlib import Path

from mfa_association.sandbox import Sandbox
from tests.e2e.bridged import TOKEN as TYPE
from tests.e2e.bridged import BridgedStack, device
from tests.support.programs import DAVES, KEY, TOKEN
from tests.support.stack import ACCOUNT, virtual

EXAMPLE = Path(__file__).parents[3] / "examples" / "yaml" / "Pulumi.yaml"
WRITES = ("EnableMFADevice", "DeactivateMFADevice")
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PLAIN = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")


def writes(box: Sandbox) -> list[tuple[str, str | None]]:
    """What was changed in AWS, and how it was answered."""
    return [(call.action, call.serial) for call in box.log() if call.action in WRITES]


def test_declared_unchanged_and_removed(stack: BridgedStack, box: Sandbox) -> None:
    stack.program(daves=device("dave", DAVES), bobs=device("bob", TOKEN))
    assert "3 created" in stack.must_up()
    assert "3 unchanged" in stack.must_up()
    assert "3 unchanged" in stack.must("refresh", "--yes", "--skip-preview").stdout
    assert writes(box) == []
    stack.program(bobs=device("bob", TOKEN))
    assert "1 deleted" in stack.must_up()
    assert writes(box) == [("DeactivateMFADevice", DAVES)]


def test_the_example_declares_its_roster(stack: BridgedStack, box: Sandbox) -> None:
    """The roster is the program: adopted without a write, then nothing to do, and a removed line deactivates."""
    (stack.folder / "Pulumi.yaml").write_text(EXAMPLE.read_text().replace("name: mfa\n", "name: test\n"))
    (stack.folder / "Main.yaml").unlink(missing_ok=True)
    roster = stack.folder / "roster.yaml"
    roster.write_text(json.dumps({"users": {"dave": [DAVES], "bob": [TOKEN], "carol": [KEY]}}))
    assert "4 created" in stack.must_up()
    assert stack.names() == ["GAHT12345678", "mfa/dave-phone", "u2f/user/carol/yubikey-EXAMPLE"]
    assert "4 unchanged" in stack.must_up() and writes(box) == []
    roster.write_text(json.dumps({"users": {"bob": [TOKEN], "carol": [KEY]}}))
    assert "1 deleted" in stack.must_up()
    assert writes(box) == [("DeactivateMFADevice", DAVES)]
    roster.write_text("users: {}\n")
    refused = stack.up()
    assert refused.returncode != 0 and "roster.yaml:1" in refused.stdout + refused.stderr
    assert stack.names() == ["GAHT12345678", "u2f/user/carol/yubikey-EXAMPLE"]


def test_imported_by_user_and_serial(stack: BridgedStack, box: Sandbox) -> None:
    """By the option of a resource, and by the command once the stack has a record of the provider."""
    both = {"carols": device("carol", KEY), "bobs": device("bob", TOKEN)}
    ids = {"carols": f"carol/{KEY}", "bobs": f"bob/{TOKEN}"}
    stack.program(**{name: one | {"options": {"import": ids[name]}} for name, one in both.items()})
    assert "2 imported" in stack.must_up()
    stack.must("import", TYPE, "daves", DAVES, *PLAIN)
    stack.program(**both, daves=device("dave", DAVES))
    assert "4 unchanged" in stack.must_up()
    assert writes(box) == []


def test_a_new_holder_moves_the_device_in_place(stack: BridgedStack, box: Sandbox) -> None:
    stack.program(phone=device("dave", DAVES))
    stack.must_up()
    first, second = box.codes(DAVES)
    stack.program(phone=device("erin", DAVES, authenticationCode1Wo=first, authenticationCode2Wo=second))
    assert "1 updated" in stack.must_up()
    assert box.holders(ACCOUNT)["erin"] == [DAVES]


def test_who_holds_what_is_an_output(stack: BridgedStack) -> None:
    held = {"fn::invoke": {"function": "mfa:index/getDevices:getDevices", "arguments": {"userName": "dave"}}}
    stack.write({"variables": {"daves": held}, "outputs": {"devices": "${daves.devices}"}})
    stack.must_up()
    assert DAVES in stack.must("stack", "output", "--json").stdout


def test_a_seed_is_encrypted_in_the_state(stack: BridgedStack, box: Sandbox) -> None:
    box.add({"accounts": {ACCOUNT: {"devices": [{"kind": "virtual", "name": "erin-token", "seed": SEED}]}}})
    erins = device("erin", virtual("erin-token"), seedWo={"fn::secret": SEED})
    stack.program(erins=erins)
    assert SEED not in stack.must_up()
    assert box.holders(ACCOUNT)["erin"] == [virtual("erin-token")]
    assert SEED not in stack.must("stack", "export").stdout
    assert SEED in stack.must("stack", "export", "--show-secrets").stdout
    assert "seedWo" not in stack.must("stack", "output", "--json").stdout
