"""Ctrl-C once and twice, and a CLI that is killed alone, in the middle of creates and of deletes."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox

from .interrupts import SUBJECTS, interrupt_once, interrupt_twice, outlive_the_cli
from .scene import FaultyStack, Scene
from .table import Ends


@pytest.fixture
def scene(box: Sandbox, stack: FaultyStack) -> Scene:
    """Two users who are to get a device, and two who are to lose theirs."""
    return Scene(box, stack, SUBJECTS)


def test_ctrl_c_lets_what_is_under_way_finish(scene: Scene, ends: Ends) -> None:
    interrupt_once(scene, ends)


def test_ctrl_c_twice_is_recovered_from(scene: Scene, ends: Ends) -> None:
    interrupt_twice(scene, ends)


def test_a_provider_that_outlives_its_cli_does_no_harm_to_the_rerun(scene: Scene, ends: Ends) -> None:
    outlive_the_cli(scene, ends)
