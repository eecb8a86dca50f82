"""What no engine can know, on Terraform."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults import holes
from tests.e2e.faults.holes import after_the_write, cut_short
from tests.e2e.faults.operations import DELETE, ENABLE, MOVE
from tests.e2e.faults.table import Ends

from .changing import FaultyProject


def test_a_create_and_moves_are_done_but_not_recorded(box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    scene = cut_short(box, project, after_the_write(ENABLE, 0) | after_the_write(MOVE, 1))
    holes.put_back_a_create_and_a_move(scene, ends)


def test_a_move_is_done_and_its_line_removed(box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    holes.remove_a_moved_line(cut_short(box, project, after_the_write(MOVE)), ends)


def test_a_delete_is_done_and_its_line_put_back(box: Sandbox, project: FaultyProject, ends: Ends) -> None:
    holes.put_back_a_deleted_line(cut_short(box, project, after_the_write(DELETE)), ends)


@pytest.mark.parametrize("left", [0, 20], ids=["empty", "cut off"])
def test_a_kill_in_the_middle_of_writing_a_local_state(left: int, box: Sandbox, project: FaultyProject) -> None:
    """With the backup put back, the rerun settles it: nothing is deactivated, what was done already is found done."""
    scene = cut_short(box, project, after_the_write(ENABLE, 0) | after_the_write(DELETE, 1))
    written = (project.folder / "terraform.tfstate").read_bytes()
    (project.folder / "terraform.tfstate.backup").write_bytes(written)
    (project.folder / "terraform.tfstate").write_bytes(written[:left])
    project.restore_state()
    assert (project.folder / "terraform.tfstate").read_bytes() == written
    assert project.recover().code == 0
    scene.check_settled()
