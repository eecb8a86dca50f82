"""The model is held to the engines: what a provider was really asked is what the model can draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.histories import processes
from tests.histories.account import SEED
from tests.histories.history import Change, Engine, History, Round, Run
from tests.histories.play import Story, play
from tests.histories.real_aws import RealWorld, seed
from tests.histories.real_terraform import RealTerraform
from tests.histories.strategies import drawn
from tests.histories.traces import Asked, Recording, pulumi_faults, terraform_faults
from tests.histories.world import SEED_VARIABLE
from tests.support.serving import attached
from tests.support.terraform_project import Project, environment

CHANGES = (
    Round((Change("rename"),), run=Run(refresh=True)),
    Round((Change("serial", at=1, to=2),), run=Run(refresh=True, keep_going=True)),
    Round((Change("reparent all"), Change("misspell", at=1)), run=Run(keep_going=True)),
    Round((Change("remove"),), run=Run(replace=(0,))),
)
MOVED = (
    Round((Change("rename moved"), Change("guard", at=1))),
    Round((Change("serial", at=1, to=2), Change("create first"))),
    Round((Change("remove"),), run=Run(replace=(0,))),
)


def _asked(story: Story) -> list[list[Asked]]:
    return [[(verb, address) for verb, _, address in map(_split, run)] for run in story.traces]


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(" ")


@pytest.mark.long
@pytest.mark.parametrize("engine", ["pulumi", "terraform"])
def test_the_model_draws_what_it_may(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for history in drawn(7, 40, engine):
        asked: list[Asked] = []
        monkeypatch.setattr(processes, "Server", lambda asked=asked: Recording(asked))
        story = play(history)
        if engine == "terraform":
            assert not list(terraform_faults(asked))
        else:
            assert not [fault for trace in _asked(story) for fault in pulumi_faults(trace)]


def test_a_trace_that_the_model_cannot_draw_is_told() -> None:
    wrong = [("Delete", "old"), ("Check", "new"), ("Create", "new")]
    assert list(pulumi_faults(wrong)) == ["new: Check after a delete", "new: Create after a delete"]
    assert list(terraform_faults([("ConfigureProvider", ""), ("Apply", "S")])) == [
        "S is applied in a process that did not plan it again",
        "S is applied in a process that did not validate it",
    ]


@pytest.mark.deep
def test_pulumi_asks_as_the_model_does(play_really: Callable[[History], Story]) -> None:
    story = play_really(History("pulumi", (0, 3), CHANGES))
    traces = _asked(story)
    assert {verb for trace in traces for verb, _ in trace} >= {"Check", "Diff", "Create", "Delete", "Read"}
    assert not [fault for trace in traces for fault in pulumi_faults(trace)]


@pytest.mark.deep
def test_terraform_asks_as_the_model_does(
    home: Path, terraform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    server = Recording()
    (tmp_path / "locks").mkdir()
    with Sandbox(seed()) as box, attached(server) as told:
        project = Project(tmp_path, terraform, home, box.url, main="")
        project.env.update(told)  # after its init, which installs nothing for a provider that runs already
        engine = RealTerraform(project, box)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "locks"))
        monkeypatch.setenv(SEED_VARIABLE, SEED.base32)
        Story(History("terraform", (0, 3), MOVED), RealWorld(box, tmp_path / "locks"), engine).play()
    assert {verb for verb, _ in server.asked} >= {"ReadResource", "Plan", "Apply", "Destroy", "Validate"}
    assert not list(terraform_faults(server.asked))
