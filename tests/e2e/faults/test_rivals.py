"""Two `up` of two stacks over the same users at once; both have looked before either writes."""

from __future__ import annotations

from collections.abc import Callable

from mfa_association.sandbox import Sandbox
from tests.support.processes import Running

from .cases import RIVALS, Case
from .operations import ADOPT, DELETE, ENABLE, Subject
from .scene import FaultyStack, Scene
from .table import Ends

SUBJECTS = [Subject(ADOPT, 0), Subject(ENABLE, 1), Subject(DELETE, 2)]


def test_two_stacks_over_the_same_users(box: Sandbox, new_stack: Callable[[], FaultyStack], ends: Ends) -> None:
    one, other = new_stack(), new_stack()
    other.env["XDG_STATE_HOME"] = str(other.folder / "another machine")  # on one machine they wait for one another
    scene = Scene(box, one, SUBJECTS)
    _same_roster(one, other)
    assert other.up().code == 0
    for action in ("EnableMFADevice", "DeactivateMFADevice"):
        box.fault(action, delay=60, times=2)
    codes = scene.begin(SUBJECTS)
    _same_roster(one, other)
    runs = [one.start("up", **codes), other.start("up", **scene.codes(SUBJECTS))]
    for action in ("EnableMFADevice", "DeactivateMFADevice"):
        _both_waiting(box, runs, action)
        box.clear_faults(action)
    for run in runs:
        assert run.end() == 0, run.text
    _, enabled, deleted = map(scene.writes, SUBJECTS)
    assert sorted(str(error) for _, error in enabled) == ["EntityAlreadyExists", "None"]
    assert sorted(str(error) for _, error in deleted) == ["NoSuchEntity", "None"]
    for stack in (one, other):
        scene.stack = stack
        scene.check(rivals=True)
        scene.check_settled()
    _note(runs, ends)


def _both_waiting(box: Sandbox, runs: list[Running], action: str) -> None:
    for run in runs:
        run.wait_for(lambda: box.waiting() == {action: 2})


def _note(runs: list[Running], ends: Ends) -> None:
    texts = "".join(run.text for run in runs)
    assert f"{SUBJECTS[2].serial} of {SUBJECTS[2].user('holder')} was already inactive" in texts
    for operation, end in RIVALS.items():
        ends.note(Case("two stacks at once", operation.name), end)


def _same_roster(one: FaultyStack, other: FaultyStack) -> None:
    other.roster((one.folder / "roster.yaml").read_text())
