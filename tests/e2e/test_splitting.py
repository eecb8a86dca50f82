"""A stack is split in two, in each way that docs/guards.md names: nobody loses a device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stack import ACCOUNT, TYPE, virtual

from .backends import in_folder
from .project import NOW, Project, copy_of_example

OLD, NEW = "everybody", "payments"
PEOPLE = ("alice", "bob", "carol")
PROGRAM = """
import pulumi
from mfa_association.pulumi import declare
declare(f"rosters/{pulumi.get_stack()}.yaml", pulumi.ResourceOptions(%s))
"""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """One account, whose people all hold their phones."""
    users = {user: {"devices": [{"kind": "virtual", "name": f"{user}-phone"}]} for user in PEOPLE}
    with Sandbox({"accounts": {ACCOUNT: {"users": users}}}) as sandbox:
        yield sandbox


@pytest.fixture
def company(box: Sandbox, home: Path, tmp_path: Path) -> Iterator[Project]:
    """One stack with everybody, beside an empty one of the same configuration."""
    with in_folder(tmp_path / "state") as backend:
        project = Project(copy_of_example(tmp_path / "company"), home, box.url, backend)
        (project.folder / "__main__.py").write_text(PROGRAM % "")
        for stack in (OLD, NEW):
            (project.folder / f"Pulumi.{stack}.yaml").write_text("config:\n  aws:region: us-east-1\n")
        _declare(project, OLD, *PEOPLE)
        _declare(project, NEW)
        project.side_by_side((OLD, NEW), "stack", "init")
        project.must(OLD, "up", *NOW)
        project.must(NEW, "up", *NOW)
        yield project


def _declare(project: Project, stack: str, *users: str) -> None:
    lines = [f"  {user}: [{virtual(f'{user}-phone')}]\n" for user in users]
    text = "users:\n" + "".join(lines) if users else "allow_empty: true\n"
    (project.rosters / f"{stack}.yaml").write_text(text)


def _split(project: Project, box: Sandbox) -> None:
    """The rosters change; both stacks run; AWS lists everybody's phone, and each state holds its own."""
    _declare(project, OLD, "alice")
    _declare(project, NEW, "bob", "carol")
    project.must(OLD, "up", *NOW)
    project.must(NEW, "up", *NOW)
    assert box.holders(ACCOUNT) == {user: [virtual(f"{user}-phone")] for user in PEOPLE}
    assert not box.calls()["DeactivateMFADevice"]
    assert project.active(OLD) == {"mfa/alice-phone": True}
    assert project.active(NEW) == {"mfa/bob-phone": True, "mfa/carol-phone": True}


@pytest.mark.deep
def test_pulumi_state_move_between_stacks_of_one_configuration(company: Project, box: Sandbox) -> None:
    urns = [f"urn:pulumi:{OLD}::mfa::{TYPE}::mfa/{user}-phone" for user in ("bob", "carol")]
    done = company.cli("state", "move", "--yes", "--source", OLD, "--dest", NEW, *urns)
    assert done.code == 0, done.text
    _split(company, box)


@pytest.mark.deep
def test_retain_on_delete(company: Project, box: Sandbox) -> None:
    (company.folder / "__main__.py").write_text(PROGRAM % "retain_on_delete=True")
    company.must(OLD, "up", *NOW)
    _split(company, box)
