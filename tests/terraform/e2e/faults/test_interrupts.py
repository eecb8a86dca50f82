"""Ctrl-C once and twice, which a terminal sends to the provider too, and an engine that is killed alone."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.interrupts import SUBJECTS, interrupt_once, interrupt_twice, outlive_the_cli
from tests.e2e.faults.scene import Scene
from tests.e2e.faults.table import Ends

from .changing import FaultyProject


@pytest.fixture
def scene(box: Sandbox, project: FaultyProject) -> Scene:
    """Two users who are to get a device, and two who are to lose theirs."""
    return Scene(box, project, SUBJECTS)


def test_ctrl_c_lets_what_is_under_way_finish(scene: Scene, ends: Ends) -> None:
    interrupt_once(scene, ends)


def test_ctrl_c_twice_is_recovered_from(scene: Scene, ends: Ends) -> None:
    interrupt_twice(scene, ends)


def test_a_provider_that_outlives_its_engine_does_no_harm_to_the_rerun(scene: Scene, ends: Ends) -> None:
    outlive_the_cli(scene, ends)
