"""One device at two addresses: such a plan is refused, and each way out that it names is tried with the engine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.support.stage import Stage, user, virtual
from tests.terraform.project import Done, Project
from tests.terraform.test_engine import one

NAME = "mfa_device_association"
PEOPLE = ("alice", "bob", "carol", "dave")
CREATE_FIRST = "  lifecycle {\n    create_before_destroy = true\n  }"


@pytest.fixture
def people(project: Project, stage: Stage) -> Iterator[Project]:
    """Four people with a phone each; nobody's is enabled in any of these tests."""
    stage.plant(users={name: user(virtual(f"{name}-phone")) for name in PEOPLE})
    yield project
    assert "EnableMFADevice" not in stage.writes()


def phone(stage: Stage, name: str) -> str:
    return stage.arn(f"{name}-phone")


def refused(done: Done, serial_number: str = "") -> None:
    """One error, whatever it is about."""
    assert len(re.findall(r"Error: ", done.err)) == 1, done.err
    assert f"Error: Planning MFA device ({serial_number}" in done.text
    assert "it is destroyed at one address and declared at another" in done.text


def by_count(stage: Stage, *names: str) -> str:
    """The devices of these people, in a list that is counted."""
    rows = "".join(f'    ["{name}", "{phone(stage, name)}"],\n' for name in names)
    return (
        f"locals {{\n  devices = [\n{rows}  ]\n}}\n"
        f'resource "{NAME}" "d" {{\n  count         = length(local.devices)\n'
        "  user_name     = local.devices[count.index][0]\n  serial_number = local.devices[count.index][1]\n}\n"
    )


def addresses(project: Project, serial_number: str) -> list[str]:
    """Where the state has a device, as the error advises to ask."""
    return project.do("state", "list", f"-id={serial_number}").out.split()


@pytest.mark.parametrize("way", ["moved", "state mv", "state rm"])
def test_a_renamed_resource(people: Project, stage: Stage, way: str) -> None:
    people.up(one(phone(stage, "alice")))
    text = one(phone(stage, "alice"), name="b")
    people.write(text)
    refused(people.do("plan", code=1), phone(stage, "alice"))
    [old] = addresses(people, phone(stage, "alice"))
    if way == "moved":
        people.write(f"{text}moved {{\n  from = {old}\n  to   = {NAME}.b\n}}\n")
    else:
        people.do("state", *way.split()[1:], old, *([f"{NAME}.b"] if way == "state mv" else []))
    people.up()
    assert set(people.resources()) == {f"{NAME}.b"} and not stage.writes()


def test_a_device_in_the_state_twice(people: Project, stage: Stage) -> None:
    """Both lines were applied; one is removed."""
    kept, removed = one(phone(stage, "alice")), one(phone(stage, "alice"), name="b")
    people.write(kept + removed)
    people.do("apply", "-auto-approve")
    people.write(kept)
    refused(people.do("plan", code=1), phone(stage, "alice"))
    assert addresses(people, phone(stage, "alice")) == [f"{NAME}.a", f"{NAME}.b"]
    people.do("state", "rm", f"{NAME}.b")
    people.up()
    assert set(people.resources()) == {f"{NAME}.a"} and not stage.writes()


def test_a_count_that_shifts(people: Project, stage: Stage) -> None:
    """Alice leaves, so that all others move up one place: one error, and one command besides `plan`."""
    people.up(by_count(stage, *PEOPLE))
    people.write(by_count(stage, *PEOPLE[1:]))
    refused(people.do("plan", code=1))
    shifted = [address for name in PEOPLE[1:] for address in addresses(people, phone(stage, name))]
    assert shifted == [f"{NAME}.d[{number}]" for number in (1, 2, 3)]
    people.do("state", "rm", *shifted)
    people.up()
    assert sorted(stage.holders()) == list(PEOPLE[1:]) and stage.writes() == ["DeactivateMFADevice"]


def test_a_count_that_becomes_for_each(people: Project, stage: Stage) -> None:
    """Moved blocks from every old place, the leaver's left out: one removal is left."""
    people.up(by_count(stage, *PEOPLE))
    devices = "".join(f'    {name} = "{phone(stage, name)}"\n' for name in PEOPLE[1:])
    moved = "".join(
        f'moved {{\n  from = {NAME}.d[{number}]\n  to   = {NAME}.d["{name}"]\n}}\n'
        for number, name in enumerate(PEOPLE)
        if name != "alice"
    )
    people.write(
        f'resource "{NAME}" "d" {{\n  for_each = {{\n{devices}  }}\n  user_name     = each.key\n'
        f"  serial_number = each.value\n}}\n{moved}"
    )
    assert people.planned() == {f"{NAME}.d[0]": ["delete"]}
    people.up()
    assert sorted(stage.holders()) == list(PEOPLE[1:]) and stage.writes() == ["DeactivateMFADevice"]


def test_a_deposed_object(people: Project, stage: Stage) -> None:
    """A replacement by itself whose second half failed leaves the old object behind, of the same device."""
    people.up(one(phone(stage, "alice"), CREATE_FIRST))
    leave_deposed(people)
    refused(people.do("plan", code=1), phone(stage, "alice"))
    address = f"{NAME}.a"
    people.do("state", "rm", address)
    people.do("import", address, f"alice/{phone(stage, 'alice')}")
    people.up()
    assert set(people.resources()) == {address} and not stage.writes()


def leave_deposed(project: Project) -> None:
    """What a killed apply leaves behind: the state holds the old object besides the new one."""
    path = project.folder / "terraform.tfstate"
    state = json.loads(path.read_text())
    [resource] = state["resources"]
    [current] = resource["instances"]
    resource["instances"].append(current | {"deposed": "c0ffee00"})
    state["serial"] += 1
    path.write_text(json.dumps(state))


def test_a_device_that_goes_and_another_holders_do_not_conflict(people: Project, stage: Stage) -> None:
    """A leaver's device is handed on at another address: nothing holds the removal back."""
    people.up(one(phone(stage, "alice")))
    people.write(one(phone(stage, "alice"), user_name="erin", name="b"))
    stage.plant(users={"erin": user()})
    people.do("plan")


@pytest.mark.parametrize("how", [["-replace"], ["taint"], ["taint", "-refresh=false"]], ids=" ".join)
@pytest.mark.parametrize("lifecycle", ["", CREATE_FIRST], ids=["destroy first", "create first"])
def test_a_replacement_by_itself_keeps_the_device(
    people: Project, stage: Stage, how: list[str], lifecycle: str
) -> None:
    people.up(one(phone(stage, "alice"), lifecycle))
    address = f"{NAME}.a"
    if how[0] == "taint":
        people.do("taint", address)
    options = [f"-replace={address}"] if how == ["-replace"] else how[1:]
    done = people.do("apply", "-auto-approve", *options)
    assert "1 added, 0 changed, 1 destroyed" in done.text and "stays active" in done.text
    assert stage.holders()["alice"] == [phone(stage, "alice")] and not stage.writes()
    people.do("plan", "-detailed-exitcode")
    assert "deposed" not in (people.folder / "terraform.tfstate").read_text()
