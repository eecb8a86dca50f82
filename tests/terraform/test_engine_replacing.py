"""Replacing a device by itself, or by another, with the engine: nothing is lost, and nothing is armed in silence."""

from __future__ import annotations

import re

import pytest

from mfa_association.aws.session import open_session
from tests.support.stage import OLD, Stage, user, virtual
from tests.terraform.project import Project
from tests.terraform.test_engine import one

ADDRESS = "mfa_device_association.a"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEEDED = '  seed_source = "env:ROBOT_SEED"'
CREATE_FIRST = "  lifecycle {\n    create_before_destroy = true\n  }"


@pytest.fixture(autouse=True)
def seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the seed of alice's device is kept."""
    monkeypatch.setenv("ROBOT_SEED", SEED)


@pytest.fixture
def alice(project: Project, stage: Stage) -> Project:
    """alice, with a phone that the state has."""
    stage.plant(users={"alice": user(virtual(enable_date=OLD, seed=SEED))})
    project.up(one(stage.arn()))
    open_session.cache_clear()
    return project


@pytest.mark.parametrize("lifecycle", ["", CREATE_FIRST], ids=["destroy first", "create first"])
def test_a_replacement_that_cannot_look_keeps_the_record(alice: Project, stage: Stage, lifecycle: str) -> None:
    """The destroy keeps the device without a look; the create fails: the state must not end empty."""
    alice.up(one(stage.arn(), lifecycle))
    alice.do("plan", "-out=saved", f"-replace={ADDRESS}")
    stage.fault("ListMFADevices", error="AccessDenied", times=None)
    stage.fault("ListVirtualMFADevices", error="AccessDenied", times=None)
    done = alice.run("apply", "saved")
    stage.box.clear_faults()
    assert done.code == 1 and not stage.writes()
    assert alice.values()["serial_number"] == stage.arn() and alice.values()["active"] is True
    alice.do("apply", "-auto-approve")
    alice.do("plan", "-detailed-exitcode")
    assert stage.holders() == {"alice": [stage.arn()]} and not stage.writes()
    alice.write("")
    alice.up()
    assert not stage.holders(), "a removed line is always acted on"


@pytest.mark.parametrize("how", [["-replace"], ["taint"], ["taint", "-refresh=false"]], ids=" ".join)
@pytest.mark.parametrize("lifecycle", ["", CREATE_FIRST], ids=["destroy first", "create first"])
def test_a_deactivated_device_is_not_armed_by_a_replacement(
    alice: Project, stage: Stage, how: list[str], lifecycle: str
) -> None:
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    alice.do("apply", "-refresh-only", "-auto-approve")
    alice.write(one(stage.arn(), f"{SEEDED}\n{lifecycle}"))
    tainted = how[0] == "taint"
    if tainted:
        alice.do("taint", ADDRESS)
    done = alice.do("apply", "-auto-approve", *(how[1:] if tainted else [f"-replace={ADDRESS}"]), code=1)
    assert "it was deactivated outside this code, and replacing its record would enable it again" in done.text
    assert not stage.holders() and alice.values()["active"] is False
    # both ways out
    if tainted:
        alice.do("untaint", ADDRESS)
    alice.do("apply", "-auto-approve")
    assert not stage.holders()
    alice.up(one(stage.arn(), f'{SEEDED}\n  renew = "2"\n{lifecycle}'))
    assert stage.holders() == {"alice": [stage.arn()]}


def test_a_misspelt_serial_number_costs_nobody_the_last_device(alice: Project, stage: Stage) -> None:
    stage.plant(devices=[virtual("alice-new")])
    alice.write(one(stage.arn("alice-nwe")))
    done = alice.do("plan", code=1)
    assert f"there is no such device as {stage.arn('alice-nwe')}, which is declared to replace it" in done.text
    lifted = alice.run("plan", MFA_ASSOCIATION_ON_LAST_DEVICE="allow:mfa/alice-phone")
    assert lifted.code == 0, lifted.err
    codes = stage.codes(stage.arn("alice-new"))
    given = "".join(f'\n  authentication_code_{n}_wo = "{code}"' for n, code in enumerate(codes, 1))
    alice.up(one(stage.arn("alice-new"), given))
    assert stage.holders() == {"alice": [stage.arn("alice-new")]}


def test_a_swap_at_two_addresses_is_refused_whichever_comes_second(alice: Project, stage: Stage) -> None:
    alice.write(one(stage.arn("alice-nwe"), name="b"))
    done = alice.do("plan", code=1)
    assert len(re.findall("Error: ", done.err)) == 1 and "it is the last MFA device of alice" in done.text


def test_many_devices_under_an_expired_token_are_one_error(alice: Project, stage: Stage) -> None:
    names = [f"user{number}" for number in range(20)]
    stage.plant(users={name: user(virtual(name)) for name in names})
    alice.up("".join(one(stage.arn(name), user_name=name, name=name) for name in names) + one(stage.arn()))
    open_session.cache_clear()
    stage.fault("GetCallerIdentity", error="ExpiredToken", times=None)
    for command in (("plan",), ("apply", "-refresh-only", "-auto-approve")):
        done = alice.do(*command, code=1)
        assert len(re.findall("Error: ", done.err)) == 1, done.err
        assert done.text.count("the AWS session has expired") == 1
    stage.box.clear_faults()
    assert len(alice.resources()) == 21


def test_more_removals_than_allowed_are_one_error(alice: Project, stage: Stage) -> None:
    names = [f"user{number}" for number in range(20)]
    stage.plant(users={name: user(virtual(name)) for name in names})
    alice.settings = "max_removals = 10"
    alice.up("".join(one(stage.arn(name), user_name=name, name=name) for name in names) + one(stage.arn()))
    alice.write(one(stage.arn()))
    done = alice.do("plan", code=1)
    assert len(re.findall("Error: ", done.err)) == 1
    assert (
        "this plan deactivates more than 10 MFA devices, and max_removals allows 10; nothing was changed" in done.text
    )
    assert len(stage.holders()) == 21


def test_a_role_of_another_account_in_the_state_has_a_way_out(alice: Project, stage: Stage) -> None:
    """An older version saved it; every refresh reads with it, whatever the configuration says by now."""
    path = alice.folder / "terraform.tfstate"
    other = "arn:aws:iam::999988887777:role/mfa"
    path.write_text(path.read_text().replace('"role_arn": null', f'"role_arn": "{other}"'))
    stage.box.add({"accounts": {"999988887777": {"roles": {"mfa": {"trusts": [stage.account]}}}}})
    done = alice.do("plan", code=1)
    assert f"the role_arn of the state was used ({other})" in done.text
    assert "run once with -refresh=false" in done.text
    alice.do("apply", "-auto-approve", "-refresh=false")
    alice.do("plan", "-detailed-exitcode")
    assert alice.values()["role_arn"] is None and stage.holders() == {"alice": [stage.arn()]}
