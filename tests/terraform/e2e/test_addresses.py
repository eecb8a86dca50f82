"""One device at two addresses, on Terraform and on OpenTofu."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import apply_once
from tests.support.programs import DAVES
from tests.support.stack import ACCOUNT
from tests.support.terraform_project import ADDRESS, TYPE, Project

ALIAS = 'provider "mfa" {\n  alias            = "b"\n  region           = "us-east-1"\n  propagation_time = 1\n'
CREATE_FIRST = "  lifecycle {\n    create_before_destroy = true\n  }\n"


def device(name: str = "device", more: str = "", serial: str = DAVES) -> str:
    return f'resource "{TYPE}" "{name}" {{\n  user_name     = "dave"\n  serial_number = "{serial}"\n{more}}}\n'


def alias(box: Sandbox) -> str:
    """A second configuration of the provider."""
    return f'{ALIAS}  endpoints {{\n    iam = "{box.url}"\n    sts = "{box.url}"\n  }}\n}}\n'


def untouched(box: Sandbox) -> None:
    """Dave's device is his, and nobody changed anything."""
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    assert not {"EnableMFADevice", "DeactivateMFADevice"} & set(box.calls())


@pytest.mark.parametrize("way", ["moved", "state rm"])
def test_a_renamed_resource(box: Sandbox, new_project: Callable[..., Project], program: Path, way: str) -> None:
    project = new_project(program, main=device())
    apply_once(project, box)
    project.write(device("phone"))
    refused = project.plan()
    assert refused.code == 1 and len(refused.errors) == 1, refused.raw
    assert "destroyed at one address and declared at another" in refused.errors[0].detail
    assert project.say("state", "list", f"-id={DAVES}").split() == [ADDRESS]
    if way == "moved":
        project.write(device("phone") + f"moved {{\n  from = {ADDRESS}\n  to   = {TYPE}.phone\n}}\n")
    else:
        project.say("state", "rm", ADDRESS)
    assert project.apply().code == 0
    project.settle()
    assert list(project.state()) == ["phone"]
    untouched(box)


@pytest.mark.parametrize("way", ["moved", "state rm"])
def test_another_provider_configuration(
    box: Sandbox, new_project: Callable[..., Project], program: Path, way: str
) -> None:
    """Each hears nothing of the other."""
    project = new_project(program, main=alias(box) + device())
    apply_once(project, box)
    main = alias(box) + device("phone", "  provider = mfa.b\n")
    if way == "moved":
        main += f"moved {{\n  from = {ADDRESS}\n  to   = {TYPE}.phone\n}}\n"
    else:
        project.say("state", "rm", ADDRESS)
    project.write(main)
    assert project.apply().code == 0
    project.settle()
    untouched(box)


@pytest.mark.parametrize("options", [(f"-replace={ADDRESS}",), ("-refresh=false",)], ids=["-replace", "tainted"])
@pytest.mark.parametrize("lifecycle", ["", CREATE_FIRST], ids=["destroy first", "create first"])
def test_a_replacement_by_itself_keeps_the_device(
    box: Sandbox, new_project: Callable[..., Project], program: Path, options: tuple[str, ...], lifecycle: str
) -> None:
    project = new_project(program, main=device(more=lifecycle))
    apply_once(project, box)
    if options == ("-refresh=false",):
        project.say("taint", ADDRESS)
    done = project.apply(*options)
    assert done.code == 0 and done.changes == {ADDRESS: "replace"}, done.raw
    project.settle()
    untouched(box)


def test_a_deposed_object(box: Sandbox, new_project: Callable[..., Project], program: Path) -> None:
    project = new_project(program, main=device(more=CREATE_FIRST))
    apply_once(project, box)
    path = project.folder / "terraform.tfstate"
    state = json.loads(path.read_text())
    [instance] = state["resources"][0]["instances"]
    state["resources"][0]["instances"].append(instance | {"deposed": "c0ffee00"})
    path.write_text(json.dumps(state | {"serial": state["serial"] + 1}))
    refused = project.plan()
    assert refused.code == 1 and len(refused.errors) == 1, refused.raw
    project.say("state", "rm", ADDRESS)
    project.say("import", ADDRESS, f"dave/{DAVES}")
    assert project.apply().code == 0
    project.settle()
    untouched(box)


def test_a_misspelt_successor_is_refused_by_the_plan(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    project = new_project(program, main=device())
    apply_once(project, box)
    project.write(device(serial=f"{DAVES}-nwe"))
    refused = project.plan()
    assert refused.code == 1 and len(refused.errors) == 1, refused.raw
    assert f"there is no such device as {DAVES}-nwe" in refused.errors[0].detail
    allowed = project.plan(MFA_ASSOCIATION_ON_LAST_DEVICE=f"allow:{DAVES.rpartition(':')[2]}")
    assert allowed.code == 2, allowed.raw
    untouched(box)


def test_two_devices_under_two_provider_configurations_are_not_both_not_the_last(
    box: Sandbox, new_project: Callable[..., Project], program: Path
) -> None:
    """Each is a process of its own, and IAM's lists still show what the other took: only the lock file tells."""
    devices = [{"kind": "virtual", "name": name, "held": True} for name in ("frank-phone", "frank-spare")]
    box.add({"accounts": {ACCOUNT: {"users": {"frank": {"password": True, "devices": devices}}}}})
    both = [
        f'resource "{TYPE}" "{name}" {{\n  user_name      = "frank"\n  on_last_device = "refuse"\n'
        f'  serial_number  = "arn:aws:iam::{ACCOUNT}:mfa/frank-{name}"\n  provider       = {provider}\n}}\n'
        for name, provider in (("phone", "mfa"), ("spare", "mfa.b"))
    ]
    project = new_project(program, main=alias(box) + "".join(both), attached=False)
    assert project.apply().code == 0
    box.lag(3600)
    box.reset_calls()
    project.write(alias(box))
    done = project.apply()
    assert done.code == 1 and len(done.errors) == 1, done.raw
    assert "it is the last MFA device, frank has a console password" in done.errors[0].detail
    assert box.calls()["DeactivateMFADevice"] == 1
    assert len(box.holders(ACCOUNT)["frank"]) == 1
    assert list(project.state()) == [box.holders(ACCOUNT)["frank"][0].rpartition("-")[2]]
