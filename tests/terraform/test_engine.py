"""What a user of Terraform sees: every step is plan, apply, refresh and an empty plan; then destroy and a look at AWS."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from mfa_association.aws.session import open_session
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.project import Project

TOKEN = "GAHT12345678"
ADDRESS = "mfa_device_association.a"


def one(serial: str, more: str = "", user_name: str = "alice", name: str = "a") -> str:
    return (
        f'resource "mfa_device_association" "{name}" {{\n'
        f'  user_name     = "{user_name}"\n  serial_number = "{serial}"\n{more}\n}}\n'
    )


@pytest.fixture
def alice(project: Project, stage: Stage) -> Iterator[Project]:
    """alice with a phone; in the end nothing that was declared is active (CheckDestroy)."""
    stage.plant(users={"alice": user(virtual(enable_date=OLD)), "bob": user()})
    yield project
    project.do("destroy", "-auto-approve", MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    assert not stage.holders() and not project.resources()


def test_basic_and_import(alice: Project, stage: Stage) -> None:
    alice.up(one(stage.arn()))
    values = alice.values()
    found = {
        "id": stage.arn(),
        "active": True,
        "device_kind": "virtual",
        "enable_date": OLD,
        "account_id": stage.account,
    }
    assert values.items() >= found.items() and values["user_id"] == stage.user_id()
    assert not stage.writes()
    # ImportStateVerify, by both forms of the command; an import also says what a roster says where it says nothing
    for id_ in (stage.arn(), f"alice/{stage.arn()}"):
        alice.do("state", "rm", ADDRESS)
        alice.do("import", ADDRESS, id_)
        assert alice.values() == values | {"require_active": False}
        alice.do("plan", "-detailed-exitcode")


def test_an_import_block_writes_its_configuration(alice: Project, stage: Stage) -> None:
    alice.write(f'import {{\n  to = {ADDRESS}\n  id = "{stage.arn()}"\n}}\n')
    alice.do("plan", "-generate-config-out=generated.tf")
    text = (alice.folder / "generated.tf").read_text()
    assert f'"{stage.arn()}"' in text and '"alice"' in text
    alice.up()
    assert alice.values()["active"] is True and not stage.writes()


def test_deactivated_outside(alice: Project, stage: Stage) -> None:
    alice.up(one(stage.arn()))
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    open_session.cache_clear()
    done = alice.do("plan", "-detailed-exitcode")
    assert f"Warning: alice does not hold {stage.arn()}" in done.text
    assert "declared, not active; a new renew value with fresh codes or a seed enables it" in done.text
    drift = alice.do("plan", "-refresh-only", "-detailed-exitcode", code=2)
    assert "~ active = true -> false" in drift.text
    assert alice.planned() == {}, "nothing is armed again by itself"
    first, second = stage.codes()
    codes = f'  authentication_code_1_wo = "{first}"\n  authentication_code_2_wo = "{second}"'
    alice.up(one(stage.arn(), f'  renew = "2"\n{codes}'))
    assert stage.holders() == {"alice": [stage.arn()]} and alice.values()["active"] is True


def test_a_move_in_place(alice: Project, stage: Stage) -> None:
    alice.up(one(stage.arn()))
    first, second = stage.codes()
    codes = f'  authentication_code_1_wo = "{first}"\n  authentication_code_2_wo = "{second}"'
    alice.write(one(stage.arn(), codes, "bob"))
    assert alice.planned() == {ADDRESS: ["update"]}
    alice.up()
    assert stage.holders() == {"bob": [stage.arn()]} and alice.values()["user_name"] == "bob"


def test_a_replacement_with_its_advice(alice: Project, stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    alice.up(one(stage.arn()))
    cbd = "  lifecycle {\n    create_before_destroy = true\n  }"
    alice.write(one(TOKEN, cbd))
    done = alice.do("plan", "-detailed-exitcode", code=2)
    assert (
        "# forces replacement" in done.text
        and "unless the resource's lifecycle block says create_before_destroy = true, it is deactivated" in done.text
    )
    assert alice.planned() == {ADDRESS: ["create", "delete"]}
    alice.up()
    assert stage.holders() == {"alice": [TOKEN]}


def test_a_removed_line_and_a_kept_one(alice: Project, stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    alice.up(one(stage.arn()) + one(TOKEN, name="b"))
    alice.write(one(TOKEN, name="b"))
    assert alice.planned() == {ADDRESS: ["delete"]}
    alice.up()
    assert stage.holders() == {"alice": [TOKEN]}
    # forgotten, not destroyed
    alice.write("removed {\n  from = mfa_device_association.b\n  lifecycle {\n    destroy = false\n  }\n}\n")
    alice.do("apply", "-auto-approve")
    assert stage.holders() == {"alice": [TOKEN]} and not alice.resources()
    alice.up(one(TOKEN, name="b"))


def test_a_moved_block(alice: Project, stage: Stage) -> None:
    alice.up(one(stage.arn()))
    moved = "moved {\n  from = mfa_device_association.a\n  to   = mfa_device_association.b\n}\n"
    alice.up(one(stage.arn(), name="b") + moved)
    assert set(alice.resources()) == {"mfa_device_association.b"} and not stage.writes()


def test_a_new_address_without_a_moved_block_is_refused(alice: Project, stage: Stage) -> None:
    alice.up(one(stage.arn()))
    alice.write(one(stage.arn(), name="b"))
    done = alice.do("plan", code=1)
    assert f"Error: Planning MFA device ({stage.arn()})" in done.text and "moved block" in done.text
    alice.write(one(stage.arn()))


@pytest.mark.parametrize("how", ["-replace", "taint"])
def test_a_replacement_by_itself_keeps_the_device(alice: Project, stage: Stage, how: str) -> None:
    alice.up(one(stage.arn()))
    if how == "taint":
        alice.do("taint", ADDRESS)
    done = alice.do("apply", "-auto-approve", *([f"-replace={ADDRESS}"] if how == "-replace" else []))
    assert "1 added, 0 changed, 1 destroyed" in done.text and "stays active" in done.text
    assert stage.holders() == {"alice": [stage.arn()]} and not stage.writes()
    alice.write("")
    assert alice.up().text.count("1 destroyed") == 1 and not stage.holders()


def test_the_last_device_at_plan_time(alice: Project, stage: Stage) -> None:
    stage.plant(users={"alice": user(password=True)})
    alice.up(one(stage.arn(), '  on_last_device = "refuse"'))
    alice.write("")
    done = alice.do("plan", code=1)
    assert f"Error: Deactivating MFA device ({stage.arn()}) of user (alice)" in done.text
    assert "alice has a console password, and on_last_device is 'refuse'; nothing was changed" in done.text
    alice.do("apply", "-auto-approve", code=1)
    assert stage.holders() == {"alice": [stage.arn()]} and ADDRESS in alice.resources()
    warned = alice.do("plan", MFA_ASSOCIATION_ON_LAST_DEVICE="warn")
    assert "on_last_device" in warned.text


def test_a_roster(alice: Project, stage: Stage) -> None:
    stage.plant(users={"bob": user(hardware(TOKEN))})
    roster = f"users:\n  alice:\n    - {stage.arn()}\n  bob:\n    - {TOKEN}\n"
    (alice.folder / "roster.yaml").write_text(roster)
    alice.up(
        'locals {\n  devices = provider::mfa::roster(file("roster.yaml"))\n}\n'
        'resource "mfa_device_association" "a" {\n'
        "  for_each       = local.devices\n"
        "  serial_number  = each.value.serial_number\n  user_name      = each.value.user_name\n"
        "  on_last_device = each.value.on_last_device\n  require_active = each.value.require_active\n}\n"
    )
    assert set(alice.resources()) == {f'{ADDRESS}["mfa/alice-phone"]', f'{ADDRESS}["{TOKEN}"]'}
    (alice.folder / "roster.yaml").write_text(roster.replace(f"  bob:\n    - {TOKEN}\n", ""))
    assert alice.planned() == {f'{ADDRESS}["{TOKEN}"]': ["delete"]}
    (alice.folder / "roster.yaml").write_text(roster.replace("bob", "Alice"))
    done = alice.do("plan", code=1)
    assert "roster.yaml:4: users 'Alice': is 'alice' in another case" in done.text
    (alice.folder / "roster.yaml").write_text(roster)
    alice.up()


def test_no_secret_is_in_a_plan_or_a_state(alice: Project, stage: Stage) -> None:
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    variables = "".join(
        f'variable "{name}" {{\n  type = string\n  ephemeral = true\n}}\n' for name in ("code1", "code2")
    )
    more = "  authentication_code_1_wo = var.code1\n  authentication_code_2_wo = var.code2"
    alice.write(variables + one(stage.arn(), more))
    old = ("-var=code1=271828", "-var=code2=314159")
    alice.do("plan", "-out=saved", *old)
    first, second = stage.codes()
    shown = alice.do("show", "-json", "saved").out
    alice.do("apply", f"-var=code1={first}", f"-var=code2={second}", "saved")
    assert stage.holders() == {"alice": [stage.arn()]}, "the codes of the apply were used, not those of the plan"
    state = (alice.folder / "terraform.tfstate").read_text()
    assert not any(code in shown + state for code in ("271828", "314159", first, second))
    alice.do("plan", "-detailed-exitcode", *old)
    alice.write(one(stage.arn()))


def test_data_sources(alice: Project, stage: Stage) -> None:
    alice.up(
        one(stage.arn()) + 'data "mfa_devices" "d" {\n  user_name = "alice"\n}\ndata "mfa_device_holders" "h" {\n}\n'
    )
    resources = alice.resources()
    devices = [{"serial_number": stage.arn(), "device_kind": "virtual", "enable_date": OLD}]
    assert resources["data.mfa_devices.d"]["devices"] == devices
    assert [one["user_name"] for one in resources["data.mfa_device_holders.h"]["holders"]] == ["alice"]


@pytest.mark.parametrize(
    "reason, text, line, path",
    [
        ("a resource", one("arn:aws:iam::123:role/nope"), 3, "serial_number"),
        ("a data source", 'data "mfa_devices" "d" {\n  user_name = "a b"\n}\n', 2, "user_name"),
    ],
)
def test_a_fault_names_its_line(project: Project, stage: Stage, reason: str, text: str, line: int, path: str) -> None:
    project.write(text)
    project.do("init")
    told = json.loads(project.run("validate", "-json").out)
    [found] = told["diagnostics"]
    head = (project.folder / "main.tf").read_text().count("\n") - text.count("\n")
    assert found["range"]["start"]["line"] == head + line, reason
    assert found["severity"] == "error" and path in found["snippet"]["code"]
    assert not stage.calls()


def test_a_provider_that_is_not_known_before_the_apply(alice: Project, stage: Stage) -> None:
    alice.settings = "profile = terraform_data.p.output"
    keys = f"aws_access_key_id = {stage.key}\naws_secret_access_key = secret\naws_session_token = token\n"
    (alice.folder / "config").write_text(f"[profile late]\n{keys}")
    late = {"AWS_CONFIG_FILE": str(alice.folder / "config")}
    os.environ.update(late)
    try:
        alice.write('resource "terraform_data" "p" {\n  input = "late"\n}\n' + one(stage.arn()))
        alice.do("apply", "-auto-approve")
        assert alice.values()["active"] is True
    finally:
        os.environ.pop("AWS_CONFIG_FILE")
        alice.settings = ""
        alice.write(one(stage.arn()))


def test_bad_credentials_are_one_sentence(alice: Project, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    alice.up(one(stage.arn()))
    open_session.cache_clear()
    stage.fault("GetCallerIdentity", error="ExpiredToken", times=None)
    done = alice.do("plan", code=1)
    assert "Error: Finding out whose AWS credentials are in use" in done.text
    assert "the AWS session has expired; sign in again and rerun" in done.text
    stage.box.clear_faults()
