"""A whole account adopted without a write: the CLI's roster and import file, then the real engine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, KEY, PHONE, TOKEN, enable
from tests.support.stack import ACCOUNT, ADMIN, Output, Stack

READS = {"GetCallerIdentity", "ListVirtualMFADevices", "ListUsers", "ListMFADevices", "GetAccountSummary", "GetUser"}
IMPORT = ("import", "--file", "import.json", "--yes", "--skip-preview", "--non-interactive")
PLAIN = ("--protect=false", "--generate-code=false")
MANY = 1000


def command(stack: Stack, box: Sandbox, *arguments: str) -> tuple[int, str]:
    """The ``mfa-association`` command in the project."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "mfa-association"), *arguments],
        cwd=stack.folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(stack.home),
            "AWS_ENDPOINT_URL": box.url,
            "AWS_ACCESS_KEY_ID": ADMIN,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def adopt(stack: Stack, box: Sandbox, **env: str) -> Output:
    """Adopt the account into the stack."""
    code, text = command(stack, box, "adopt", "--import-file", "import.json")
    assert code == 0, text
    done = stack.run(*IMPORT, *PLAIN, **env)
    assert done.code == 0, done.text
    return done


def test_an_adopted_account_is_what_create_would_have_made(stack: Stack, box: Sandbox) -> None:
    """Settings of the roster are in state too, so that the delete of a removed line obeys them."""
    stack.roster(f"users:\n  dave:\n    - {{serial_number: {DAVES}, on_last_device: refuse, renew: '1'}}\n")
    code, text = command(stack, box, "adopt", "--approve", "all", "--import-file", "import.json")
    assert code == 0, text
    assert stack.run(*IMPORT, *PLAIN).code == 0
    imported = stack.state()
    assert stack.up().code == 0
    stack.must("state", "delete", "--yes", "--target-dependents", "--all")
    assert stack.up().code == 0
    created = stack.state()
    assert imported.keys() == created.keys() == {"mfa/dave-phone", TOKEN, "u2f/user/carol/yubikey-EXAMPLE"}
    for name, record in created.items():
        for part in ("type", "id", "inputs", "outputs"):
            assert imported[name][part] == record[part], (name, part)


def test_the_next_up_changes_nothing_and_a_removed_line_deactivates(stack: Stack, box: Sandbox) -> None:
    adopt(stack, box)
    done = stack.up()
    assert (done.code, "4 unchanged" in done.text) == (0, True), done.text
    assert set(box.calls()) <= READS
    assert adopt(stack, box).text.count("4 unchanged") == 1
    assert stack.refresh().code == 0
    assert set(box.calls()) <= READS
    _leave_a_hole(stack, box)
    stack.lines(dave=[DAVES], carol=[KEY])
    assert stack.up().code == 0
    assert box.calls()["DeactivateMFADevice"] == 1
    assert box.holders(ACCOUNT) == {"alice": [PHONE], "dave": [DAVES], "carol": [KEY]}


def _leave_a_hole(stack: Stack, box: Sandbox) -> None:
    """A create that was killed after it enabled a device, and whose line was reverted: only drift finds it."""
    enable(box, "alice", PHONE)
    code, text = command(stack, box, "drift")
    assert code == 3
    assert "undeclared  mfa/alice-phone  alice" in text


@pytest.mark.deep
def test_a_thousand_devices_are_adopted_by_a_handful_of_reads(stack: Stack, box: Sandbox) -> None:
    """Without checkpoints: with them the engine writes the whole state twice for each device (docs/fleet.md)."""
    users: dict[str, Any] = {
        f"user-{number:04}": {"devices": [{"kind": "virtual", "name": f"phone-{number:04}"}]} for number in range(MANY)
    }
    box.add({"accounts": {ACCOUNT: {"users": users}}})
    for user, serial in (("bob", TOKEN), ("carol", KEY)):
        box.client().deactivate_mfa_device(UserName=user, SerialNumber=serial)
    box.reset_calls()
    adopt(stack, box, PULUMI_SKIP_CHECKPOINTS="true")
    assert len(json.loads((stack.folder / "import.json").read_text())["resources"]) == MANY + 1
    done = stack.up(PULUMI_SKIP_CHECKPOINTS="true")
    assert (done.code, f"{MANY + 2} unchanged" in done.text) == (0, True), done.text
    assert sum(box.calls().values()) == 6
    assert set(box.calls()) <= READS
