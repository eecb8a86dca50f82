"""Where teams keep state, files and S3: the life of a line on each, and two runs of one stack at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, TOKEN
from tests.support.stack import ACCOUNT

from .backends import Backend, in_bucket, in_folder
from .project import NOW, Project, copy_of_example

Kind = Callable[[Path], AbstractContextManager[Backend]]
DAVE, BOB = "mfa/dave-phone", TOKEN
ALL = {BOB: True, DAVE: True}


@pytest.fixture(params=[in_folder, in_bucket], ids=["file", "s3"])
def project(request: pytest.FixtureRequest, box: Sandbox, home: Path, tmp_path: Path) -> Iterator[Project]:
    """The example with one empty stack, on each backend."""
    kind: Kind = request.param
    with kind(tmp_path / "state") as backend:
        made = Project(copy_of_example(tmp_path / "organization"), home, box.url, backend)
        box.add({"accounts": {ACCOUNT: {"roles": {"mfa-apply": {}}}}})
        made.must(ACCOUNT, "stack", "init")
        yield made


def declare(project: Project, **users: str) -> None:
    """Write the stack's roster."""
    lines = "".join(f"  {user}:\n    - {serial}\n" for user, serial in users.items())
    (project.rosters / f"{ACCOUNT}.yaml").write_text(f"users:\n{lines}")


@pytest.mark.deep
def test_one_run_at_a_time(project: Project, box: Sandbox) -> None:
    declare(project, bob=TOKEN, dave=DAVES)
    box.fault("ListVirtualMFADevices", delay=60)
    first = project.start(ACCOUNT, "up", *NOW)
    first.wait_for(lambda: box.waiting()["ListVirtualMFADevices"])
    declare(project, bob=TOKEN)
    check_the_second_is_refused(project, box)
    box.clear_faults()
    assert first.end() == 0, first.text
    assert (project.active(ACCOUNT), project.backend.locks()) == (ALL, [])
    check_the_next_one_is_not(project, box)
    check_the_rest_of_its_life(project, box)


def check_the_second_is_refused(project: Project, box: Sandbox) -> None:
    """In Pulumi's own words, which name the lock, and before it signs in to AWS."""
    (lock,) = project.backend.locks()
    box.reset_calls()
    second = project.run(ACCOUNT, "up", *NOW)
    assert second.code != 0
    assert (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end" in second.text
    )
    assert lock in second.text
    assert (box.calls()["AssumeRole"], project.backend.locks()) == (0, [lock])


def check_the_next_one_is_not(project: Project, box: Sandbox) -> None:
    """What the refused run wanted is done by the next one."""
    project.must(ACCOUNT, "up", *NOW)
    assert project.active(ACCOUNT) == {BOB: True}
    held = box.holders(ACCOUNT)
    assert (held.get("dave"), held["bob"]) == (None, [TOKEN])


def check_the_rest_of_its_life(project: Project, box: Sandbox) -> None:
    """Refreshed, and destroyed."""
    project.must(ACCOUNT, "refresh", *NOW)
    assert project.active(ACCOUNT) == {BOB: True}
    project.must(ACCOUNT, "destroy", *NOW)
    assert (project.outputs(ACCOUNT), project.backend.locks()) == ({}, [])
    assert "bob" not in box.holders(ACCOUNT)
