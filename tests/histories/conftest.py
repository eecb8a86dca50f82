"""Real engines against a sandbox of the company that all histories begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from mfa_association.terraform.install import implied_mirror, install, this_platform
from tests.histories.history import History
from tests.histories.real_aws import RealWorld, seed
from tests.histories.real_pulumi import RealPulumi
from tests.histories.real_terraform import RealTerraform
from tests.review.soundness.histories import Reviewed
from tests.support.stack import Stack
from tests.support.terraform_project import Project


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory that is nobody's, with the Terraform provider installed."""
    folder = tmp_path_factory.mktemp("home")
    install(implied_mirror(folder), [this_platform()])
    return folder


@pytest.fixture
def play_really(home: Path, tmp_path: Path, pulumi: Path, terraform: Path) -> Iterator[Callable[[History], Reviewed]]:
    """Plays a history on its real engine and reviews each run, with a sandbox, a folder and locks of its own."""

    def play(history: History) -> Reviewed:
        folder = tmp_path / f"history{len(list(tmp_path.iterdir()))}"
        locks = folder / "locks"
        locks.mkdir(parents=True)
        with Sandbox(seed()) as box:
            story = Reviewed(history, RealWorld(box, locks), _engine(history, folder, home, box, terraform))
            story.play()
        return story

    yield play


def _engine(history: History, folder: Path, home: Path, box: Sandbox, terraform: Path) -> RealPulumi | RealTerraform:
    locks = {"XDG_STATE_HOME": str(folder / "locks")}
    if history.engine == "terraform":
        project = Project(folder, terraform, home, box.url, env=locks, main="", attached=True)
        return RealTerraform(project, box)
    return RealPulumi(Stack(folder, home, box.url, env=locks), box)
