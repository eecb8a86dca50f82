"""A line moves between two stacks of one account: as docs/organization.md says, and by somebody who does not read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, TYPE, virtual

from .backends import in_folder
from .project import NOW, Project, copy_of_example

OLD, NEW = "platform", "payments"
STAYS, TOLD, NEW_FIRST, OLD_FIRST, NEWS = "dora", "alice", "bob", "carol", "zoe"
"""Whose lines stay, move as the page says, are just moved with the new stack run first, or with the old one; NEW's own."""


def phone(user: str) -> str:
    """The resource of a user's phone."""
    return f"mfa/{user}-phone"


def urn(stack: str, user: str) -> str:
    """The URN of a user's phone in a stack."""
    return f"urn:pulumi:{stack}::mfa::{TYPE}::{phone(user)}"


def declare(project: Project, stack: str, *users: str) -> None:
    """Write a stack's roster."""
    lines = [f"  {user}:\n    - {virtual(f'{user}-phone')}\n" for user in users]
    (project.rosters / f"{stack}.yaml").write_text("users:\n" + "".join(lines))


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """One account, whose people all hold their phones."""
    people = (STAYS, TOLD, NEW_FIRST, OLD_FIRST, NEWS)
    users = {user: {"devices": [{"kind": "virtual", "name": f"{user}-phone"}]} for user in people}
    with Sandbox({"accounts": {ACCOUNT: {"users": users, "roles": {"mfa-apply": {}}}}}) as sandbox:
        yield sandbox


@pytest.fixture
def teams(box: Sandbox, home: Path, tmp_path: Path) -> Iterator[Project]:
    """Two stacks of that account, whose configuration differs in the roster alone; the new one is still empty."""
    with in_folder(tmp_path / "state") as backend:
        project = Project(copy_of_example(tmp_path / "teams"), home, box.url, backend)
        configured = (project.folder / f"Pulumi.{ACCOUNT}.yaml").read_text()
        for stack in (OLD, NEW):
            (project.folder / f"Pulumi.{stack}.yaml").write_text(
                configured.replace(f"rosters/{ACCOUNT}", f"rosters/{stack}")
            )
        declare(project, OLD, STAYS, TOLD, NEW_FIRST, OLD_FIRST)
        project.side_by_side((OLD, NEW), "stack", "init")
        project.must(OLD, "up", *NOW)
        yield project


@pytest.mark.deep
def test_a_line_moves_between_two_stacks(teams: Project, box: Sandbox) -> None:
    teams.must(OLD, "state", "remove", "--yes", urn(OLD, TOLD))
    declare(teams, NEW, NEWS, TOLD, NEW_FIRST)
    teams.must(NEW, "up", *NOW)
    check_pulumis_own_move_is_refused(teams)
    declare(teams, OLD, STAYS)
    told = teams.must(OLD, "up", *NOW)
    assert "- 2 deleted" in told
    declare(teams, NEW, NEWS, TOLD, NEW_FIRST, OLD_FIRST)
    told = teams.must(NEW, "up", *NOW)
    assert f"{OLD_FIRST} does not hold {virtual(f'{OLD_FIRST}-phone')} yet" in told
    check_once_and_active(teams, box, TOLD)
    check_the_loss_is_told(teams, box)


def check_pulumis_own_move_is_refused(teams: Project) -> None:
    """Each stack's provider holds its configuration, and these differ: nothing is changed."""
    before = teams.outputs(OLD), teams.outputs(NEW)
    done = teams.cli("state", "move", "--yes", "--source", OLD, "--dest", NEW, urn(OLD, STAYS))
    assert done.code != 0
    assert f"error: provider urn:pulumi:{NEW}::mfa::pulumi:providers:pulumi-python::default already exists" in done.text
    assert (teams.outputs(OLD), teams.outputs(NEW)) == before


def check_once_and_active(teams: Project, box: Sandbox, user: str) -> None:
    """The new stack alone declares the device, and nobody touched it."""
    assert phone(user) not in teams.outputs(OLD)
    assert teams.active(NEW)[phone(user)]
    assert box.holders(ACCOUNT)[user] == [virtual(f"{user}-phone")]
    assert user not in {call.user for call in box.log() if call.action == "DeactivateMFADevice"}


def check_the_loss_is_told(teams: Project, box: Sandbox) -> None:
    """Who was just moved holds nothing; the next look says so, and nothing is armed again."""
    assert {NEW_FIRST, OLD_FIRST}.isdisjoint(box.holders(ACCOUNT))
    assert teams.active(NEW) == {phone(NEWS): True, phone(TOLD): True, phone(NEW_FIRST): True, phone(OLD_FIRST): False}
    told = teams.must(NEW, "refresh", *NOW)
    for user in (NEW_FIRST, OLD_FIRST):
        assert f"{user} does not hold {virtual(f'{user}-phone')}: declared, not active" in told
    assert teams.active(NEW) == {phone(NEWS): True, phone(TOLD): True, phone(NEW_FIRST): False, phone(OLD_FIRST): False}
    assert box.calls()["EnableMFADevice"] == 0
