"""Seeds through the real engine: enabled in one run, and nowhere to be read afterwards."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mfa_association.fields import CODES
from mfa_association.sandbox import Sandbox
from mfa_association.totp import parse_seed, step_at
from tests.support.programs import program
from tests.support.stack import ACCOUNT, TYPE, Output, Stack, virtual

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOKEN = virtual("erin-token")


@pytest.fixture
def planted(stack: Stack, box: Sandbox) -> Iterator[Stack]:
    """erin, and a device whose seed is known."""
    device = {"kind": "virtual", "name": "erin-token", "seed": SEED, "held": False}
    box.add({"accounts": {ACCOUNT: {"devices": [device]}}})
    yield stack


def secrets_in(text: str) -> list[str]:
    """The seed, and every code it gave in these minutes, as far as they stand in a text."""
    now = step_at(datetime.now(timezone.utc))
    codes = {parse_seed(SEED).code(step) for step in range(now - 4, now + 2)}
    return [SEED] * (SEED in text) + sorted(codes & set(re.findall(r"(?<![\d.])\d{6}(?!\d)", text)))


def places(stack: Stack, *runs: Output) -> dict[str, str]:
    """Everything that runs leave for others to read."""
    plan = stack.folder / "plan.json"
    return {
        "what the CLI printed": "".join(done.text for done in runs),
        "the RPCs": "".join(done.log for done in runs),
        "the state": stack.checkpoint(),
        "the decrypted state": stack.must("stack", "export", "--show-secrets").text,
        "the plan": plan.read_text() if plan.exists() else "",
    }


def kept_by_aws(stack: Stack, box: Sandbox) -> None:
    """The seed in AWS's own stores, and the endpoints of those."""
    secrets = {"erin/token": json.dumps({"seed": SEED})}
    box.add({"accounts": {ACCOUNT: {"parameters": {"/mfa/erin": SEED}, "secrets": secrets}}})
    services = ("iam", "sts", "ssm", "secretsmanager")
    stack.configure(aws_endpoints=[dict.fromkeys(services, box.url)])


def declare(stack: Stack, extra: str) -> None:
    stack.program(program(user="erin", serial=TOKEN, extra=extra))


def until(true: Callable[[], bool]) -> None:
    """Wait for something that has to come."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def command_lines() -> Iterator[str]:
    """The arguments of every process that lives now."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes().decode(errors="replace").replace("\0", " ")


def holders_of(stack: Stack, box: Sandbox, **sources: str) -> None:
    """Declare a device of the same seed for a user of each name, with its seed source."""
    devices = [{"kind": "virtual", "name": name, "seed": SEED, "held": False} for name in sources]
    box.add({"accounts": {ACCOUNT: {"users": {name: {} for name in sources}, "devices": devices}}})
    lines = (
        program(name=name, user=name, serial=virtual(name), extra=f"seed_source={source!r},")
        for name, source in sources.items()
    )
    stack.program("".join(lines))


def test_every_seed_source_enables_in_one_run_and_is_nowhere(planted: Stack, box: Sandbox) -> None:
    (planted.folder / "seed.txt").write_text(f"{SEED}\n")
    kept_by_aws(planted, box)
    sources = {
        "environment": "env:ERIN_SEED",
        "file": "file:seed.txt",
        "absolute": f"file:{planted.folder}/seed.txt",
        "parameter": "ssm:/mfa/erin",
        "secret": "secretsmanager:erin/token#seed",
    }
    holders_of(planted, box, **sources)
    preview = planted.preview("--diff", "--save-plan=plan.json", ERIN_SEED=SEED)
    done = planted.up(ERIN_SEED=SEED)
    assert done.code == 0, done.text
    assert [name for name in sources if box.holders(ACCOUNT).get(name) != [virtual(name)]] == []
    for place, text in places(planted, preview, done).items():
        assert not secrets_in(text), place


def test_faults_bring_no_secret_to_light(planted: Stack, box: Sandbox) -> None:
    holders_of(planted, box, **dict.fromkeys(("dropped", "failed", "surprised"), "env:ERIN_SEED"))
    box.fault("EnableMFADevice", drop=True, when="after", user="dropped")
    box.fault("EnableMFADevice", error="ServiceFailure", user="failed")
    box.fault("EnableMFADevice", error="Surprise", user="surprised")
    done = planted.up("--logtostderr", "-v=9", "--continue-on-error", ERIN_SEED=SEED)
    assert done.code != 0
    held = {name for name, devices in box.holders(ACCOUNT).items() if devices}
    assert {"dropped", "failed", "surprised"} & held == {"dropped", "failed"}, done.text
    for place, text in places(planted, done).items():
        assert not secrets_in(text), place


def test_codes_that_aws_repeats_are_struck_out_and_the_state_holds_them_encrypted_only(
    planted: Stack, box: Sandbox
) -> None:
    codes = box.codes(TOKEN)
    declare(planted, "authentication_code_1={!r}, authentication_code_2={!r},".format(*codes))
    box.fault("EnableMFADevice", error="ValidationError", message=f"Values {codes[0]} and '{codes[1]}' are odd")
    failed = planted.up()
    assert failed.code != 0
    assert "Values ****** and '******' are odd" in failed.text
    done = planted.up()
    assert done.code == 0, done.text
    assert not secrets_in(failed.text + done.text + planted.checkpoint())
    exported = json.loads(planted.must("stack", "export", "--show-secrets").text)["deployment"]["resources"]
    record = next(one for one in exported if one["type"] == TYPE)
    assert [json.loads(record["inputs"][name]["plaintext"]) for name in CODES] == [*codes]
    assert not secrets_in(json.dumps(record["outputs"]))


JUMPING = """
import time
from mfa_association.sandbox.client import RemoteSandbox

doze = time.sleep

def sleep(seconds):
    if seconds < 20:
        return doze(seconds)
    RemoteSandbox({url!r}).skew({skew!r} + seconds)

time.sleep = sleep
"""


def jumping(stack: Stack, box: Sandbox) -> dict[str, str]:
    """The environment in which a provider that would sleep for long moves AWS's clock instead."""
    folder = stack.folder / "jumping"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(JUMPING.format(url=box.url, skew=box.app.world.skew))
    return {"PYTHONPATH": str(folder)}


def test_codes_used_before_are_followed_by_the_next_and_it_says_how_long_that_takes(
    planted: Stack, box: Sandbox
) -> None:
    declare(planted, "seed_source='env:ERIN_SEED',")
    assert planted.up(ERIN_SEED=SEED).code == 0
    enrolled = time.time()
    box.client().deactivate_mfa_device(UserName="erin", SerialNumber=TOKEN)
    # AWS's clock again as at the first enrolment, late in its step.
    skew = enrolled - enrolled % 30 + 18 - time.time()
    box.skew(skew)
    declare(planted, "seed_source='env:ERIN_SEED', renew='again',")
    done = planted.up(ERIN_SEED=SEED, **jumping(planted, box))
    assert done.code == 0, done.text
    said = re.search(
        rf"IAM refused the codes of {TOKEN}, perhaps because they were used before: waiting (\d+) s for the next ones",
        done.text,
    )
    assert said and 25 <= int(said[1]) <= 60
    assert box.app.world.skew - skew == pytest.approx(int(said[1]), abs=1)
    assert box.holders(ACCOUNT)["erin"] == [TOKEN]


def test_a_seed_is_in_state_encrypted_and_no_output(planted: Stack, box: Sandbox) -> None:
    declare(planted, f"seed={SEED!r},")
    preview = planted.preview()
    done = planted.up()
    assert done.code == 0, done.text
    assert box.holders(ACCOUNT)["erin"] == [TOKEN]
    assert SEED not in preview.text + done.text + planted.checkpoint()
    record = planted.state()["phone"]
    assert "ciphertext" in record["inputs"]["seed"]
    assert "seed" not in record["outputs"]


def test_a_missing_seed_source_is_one_sentence(planted: Stack, box: Sandbox) -> None:
    declare(planted, "seed_source='env:NOT_SET',")
    done = planted.up()
    assert done.code != 0
    assert "reading the seed from (env:NOT_SET): the environment variable is not set; nothing was changed" in done.text
    assert "Traceback" not in done.text


def test_the_process_arguments_hold_no_seed(planted: Stack, box: Sandbox) -> None:
    box.fault("EnableMFADevice", delay=3.0)
    declare(planted, f"seed={SEED!r},")
    with planted.started("up", "--yes", "--skip-preview", "--non-interactive"):
        until(lambda: box.waiting()["EnableMFADevice"] == 1)
        arguments = list(command_lines())
    assert any("pulumi.dynamic" in line for line in arguments)
    assert not [line for line in arguments if secrets_in(line)]


@pytest.mark.deep
def test_only_a_new_renew_value_arms_again(planted: Stack, box: Sandbox) -> None:
    env = {"ERIN_SEED": SEED}
    source = "seed_source='env:ERIN_SEED',"
    declare(planted, source)
    planted.up(**env)
    box.client().deactivate_mfa_device(UserName="erin", SerialNumber=TOKEN)
    box.skew(120)
    planted.refresh()
    assert planted.up(**env).code == 0
    assert not box.holders(ACCOUNT).get("erin")
    declare(planted, f"{source} renew='2026-11-24',")
    done = planted.up(**env)
    assert done.code == 0, done.text
    assert done.methods("phone") == ["Check", "Diff", "Update"]
    assert box.holders(ACCOUNT)["erin"] == [TOKEN]
    assert planted.outputs()["phone"]["active"] is True
    box.skew(240)
    declare(planted, f"{source} renew='2026-11-25',")
    box.reset_calls()
    assert planted.up(**env).code == 0
    assert box.calls()["ResyncMFADevice"] == 1


def test_on_destroy_deletes_the_device_itself(planted: Stack, box: Sandbox) -> None:
    declare(planted, f"seed={SEED!r}, on_destroy='delete-virtual-device',")
    planted.up()
    planted.program("")
    assert planted.up().code == 0
    devices = box.client().list_virtual_mfa_devices()["VirtualMFADevices"]
    assert TOKEN not in [device["SerialNumber"] for device in devices]
