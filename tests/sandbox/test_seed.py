"""The seed file: faults in one sentence, seeds that can be repeated, and the server of the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import RemoteSandbox, Sandbox, SeedFault
from tests.sandbox.lab import ACCOUNT, Lab, sandbox_lab

FAULTS = [
    ("nonsense: 1", "has no field 'nonsense'; the fields are"),
    ("[]", "the seed: must be a mapping"),
    ("accounts: {111122223333: {}}", "accounts: the key 111122223333 must be text"),
    ("accounts: {'12': {}}", "accounts: must be account numbers of 12 digits, not '12'"),
    ("accounts: {'111122223333': {partition: mars}}", "partition: must be one of aws, aws-cn, aws-us-gov"),
    ("accounts: {'111122223333': {users: {'a b': {}}}}", "users: must be user names as IAM allows, not 'a b'"),
    ("accounts: {'111122223333': {users: {a: {password: 1}}}}", "users.a.password: must be true or false"),
    ("accounts: {'111122223333': {users: {a: {devices: {}}, b: {devices: x}}}}", "users.b.devices: must be a list"),
    ("accounts: {'111122223333': {devices: [{kind: sms}]}}", "devices[0].kind: must be one of virtual"),
    ("accounts: {'111122223333': {devices: [{kind: virtual}]}}", "devices[0].name: must be a device name"),
    ("accounts: {'111122223333': {devices: [{kind: hardware}]}}", "devices[0]: a hardware device needs a serial"),
    ("accounts: {'111122223333': {devices: [{kind: fido, name: x}]}}", "devices[0]: a FIDO key exists only while"),
    ("accounts: {'111122223333': {users: {a: {devices: [{kind: fido, name: x, held: false}]}}}}", "held: must be true"),
    ("accounts: {'111122223333': {devices: [{kind: virtual, name: x, seed: '1'}]}}", "seed: must be Base32"),
    ("accounts: {'111122223333': {devices: [{kind: virtual, name: x, path: x}]}}", "path: must be a path"),
    ("accounts: {'111122223333': {devices: [{kind: virtual, name: x, enable_date: now}]}}", "must be a time such as"),
    (
        "accounts: {'111122223333': {users: {a: {password_last_used: never}}}}",
        "accounts.111122223333.users.a.password_last_used: must be a time such as",
    ),
    ("accounts: {'111122223333': {users: {a: {access_keys: [1, 2, 3]}}}}", "must be a list of at most 2 times"),
    ("accounts: {'111122223333': {users: {a: {access_keys: [never]}}}}", "access_keys.0: must be a time such as"),
    (
        "accounts: {'111122223333': {devices: [{kind: virtual, name: x, certifications: {FIDO: L1}}]}}",
        "certifications: only a FIDO key has them",
    ),
    (
        "accounts: {'111122223333': {users: {a: {devices: [{kind: fido, name: x, certifications: {FIDO: 1}}]}}}}",
        "certifications.FIDO: must be a level such as L2, in quotes",
    ),
    (
        "accounts: {'111122223333': {devices: [{kind: virtual, name: x}, {kind: virtual, name: X}]}}",
        "devices[1]: there",
    ),
    ("accounts: {'111122223333': {roles: {'a b': {}}}}", "roles: must be role names as IAM allows, not 'a b'"),
    ("accounts: {'111122223333': {roles: {a: {trusts: '*'}}}}", "roles.a.trusts: must be a list of account numbers"),
    ("accounts: {'111122223333': {roles: {a: {trusts: []}}}}", "roles.a.trusts: must be a list of account numbers"),
    ("accounts: {'111122223333': {roles: {a: {trusts: [alice]}}}}", "trusts[0]: must be an account number in quotes"),
    ("accounts: {'111122223333': {roles: {a: {trust: []}}}}", "roles.a: has no field 'trust'; the fields are trusts"),
    ("keys: {A: {account: '111122223333', user: nobody}}", "keys.A.user: account 111122223333 has no user nobody"),
    ("keys: {A: {account: '111122223333'}}", "keys.A: must be the key of one of user, role or root: true"),
    ("keys: {A: {account: 111122223333, root: true}}", "keys.A.account: must be an account number of 12 digits"),
    ("keys: {A: {account: '111122223333', root: true, deny: iam}}", "keys.A.deny: must be a list of actions"),
    ("strict_keys: perhaps", "strict_keys: must be true or false"),
    ("random_seed: x", "random_seed: must be a whole number"),
    ("default_account: 1", "default_account: must be an account number"),
    ("accounts: [", "is not YAML: line 1: "),
    ("accounts: \x01", "is not YAML: the text holds control characters"),
]


@pytest.mark.parametrize(("text", "words"), FAULTS)
def test_a_fault_is_one_sentence_with_file_and_place(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text)
    with pytest.raises(SeedFault) as fault, Sandbox(path):
        pass
    told = str(fault.value)
    assert told.startswith(f"{path}: ") and words in told and "\n" not in told


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_bytes(b"\xff")
    with pytest.raises(SeedFault, match=r"seed\.yaml: the seed: must be UTF-8 text"):
        Sandbox(tmp_path / "seed.yaml")


def test_a_missing_file() -> None:
    with pytest.raises(SeedFault, match=r"absent\.yaml: the seed: cannot be read: No such file"):
        Sandbox("absent.yaml")


def test_a_ninth_device_in_the_seed() -> None:
    devices = [{"kind": "virtual", "name": f"phone{number}"} for number in range(9)]
    with (
        pytest.raises(SeedFault, match=r"devices\[8\]: nobody can hold more than 8"),
        sandbox_lab({"accounts": {ACCOUNT: {"users": {"alice": {"devices": devices}}}}}),
    ):
        pass


def codes(seed: dict[str, Any]) -> list[str]:
    device = {"kind": "hardware", "serial": "GAHT12345678"}
    with Sandbox({**seed, "accounts": {ACCOUNT: {"devices": [device]}}}) as sandbox:
        app = sandbox.app.world.account(ACCOUNT).live.device("GAHT12345678").authenticator
        assert app
        return [app.code(1), app.code(2), app.code(3)]


def test_device_seeds_are_random_unless_the_file_says_otherwise() -> None:
    assert codes({"random_seed": 7}) == codes({"random_seed": 7}) != codes({"random_seed": 8})
    assert codes({}) != codes({})


def test_a_seed_is_never_shown(lab: Lab) -> None:
    assert lab.sandbox
    for device in lab.sandbox.app.world.account(ACCOUNT).devices.values():
        if device.authenticator:
            assert device.authenticator.seed not in repr(device)


def test_adding_at_run_time(lab: Lab) -> None:
    assert lab.sandbox
    before = lab.sandbox.holders()
    device = {"kind": "virtual", "name": "late", "enable_date": "2024-01-31T12:00:00Z"}
    lab.sandbox.add({"accounts": {ACCOUNT: {"users": {"ALICE": {"devices": [device]}, "frank": {"password": True}}}}})
    assert lab.sandbox.holders() == {**before, "alice": [f"arn:aws:iam::{ACCOUNT}:mfa/late"]}
    (held,) = lab.iam.list_mfa_devices(UserName="alice")["MFADevices"]
    assert held["EnableDate"].isoformat().startswith("2024-01-31")
    assert lab.iam.get_login_profile(UserName="frank")["LoginProfile"]["UserName"] == "frank"
    with pytest.raises(ValueError, match=r"devices\[0\].kind"):
        lab.sandbox.add({"accounts": {ACCOUNT: {"devices": [{"kind": "sms"}]}}})


SERVE = "import sys, pathlib; from mfa_association.sandbox import serve; serve(0, pathlib.Path(sys.argv[1]))"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_of_its_own_says_where_it_is_and_stops_when_told(number: int, tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(f"accounts: {{'{ACCOUNT}': {{users: {{alice: {{}}}}}}}}")
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        ready = process.stdout.readline()
        remote = RemoteSandbox(ready.split()[-1])
        assert [user["UserName"] for user in remote.client().list_users()["Users"]] == ["alice"]
        assert remote.calls() == {"ListUsers": 1}
        process.send_signal(number)
        out, error = process.communicate(timeout=10)
    assert (process.returncode, out, error) == (0, "", "")
