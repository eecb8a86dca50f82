"""The page of figures: what breaks a bound or the contract is marked, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from benchmarks.figures import Outcome, Sample, Weight, expected_calls
from benchmarks.page import FRAME, replaced
from benchmarks.processes import Failed
from benchmarks.report import Result, render
from benchmarks.scenarios import BARE, DESTROY, FLOOR, LOCAL_EXEC, OURS, REFRESH, STEPS, UP, Scenario
from benchmarks.watch import Provider

MARK = "**"


def _outcome(
    scenario: Scenario,
    walls: Mapping[tuple[str, str], float] | None = None,
    calls: Mapping[str, int] | None = None,
    weight: float = 900,
    memory: float = 80,
) -> Outcome:
    """Everybody takes ten seconds for each step and calls what the contract says, unless told otherwise."""
    found = [
        Sample(1, name, step, (walls or {}).get((name, step), 10.0), 1.0, Provider(memory, 1.0), told)
        for name in scenario.contenders
        for step in STEPS
        for told in [calls if calls is not None and step == REFRESH else expected_calls(scenario.n)[step]]
    ]
    return Outcome(scenario, found, dict.fromkeys((FLOOR, OURS), Weight(2000, weight, 600, 3000)))


def _page(*outcomes: Outcome) -> str:
    return render(Result(outcomes, [("Cores", "2")], [("Python", "3.10")], "2026-01-31"))


class Marked(NamedTuple):
    reason: str
    outcome: Outcome
    row: str


MARKED = (
    Marked("up at 300", _outcome(Scenario(300), {(OURS, UP): 15.1}), "| 300 | up (adopting) | 1.51 |"),
    Marked("refresh at 1,000", _outcome(Scenario(1000), {(OURS, REFRESH): 15.1}), "| 1,000 | refresh | 1.51 |"),
    Marked("destroy at 1,000", _outcome(Scenario(1000), {(OURS, DESTROY): 11.6}), "| 1,000 | destroy | 1.16 |"),
    Marked("a call for each", _outcome(Scenario(300), calls={"ListMFADevices": 300}), "| 300 | refresh | 300 ListMFA"),
    Marked("too heavy", _outcome(Scenario(300), weight=1001), "| of it without the program's stack trace |"),
    Marked("too large", _outcome(Scenario(5000, (OURS,)), memory=1001), "| 5,000 | up (adopting) |  | 10.00 |"),
    Marked(
        "slower than five times local-exec",
        _outcome(Scenario(100, (FLOOR, OURS, LOCAL_EXEC)), {(LOCAL_EXEC, UP): 49.0, (LOCAL_EXEC, DESTROY): 51.0}),
        "| up (adopting) | 10.00 | 49.00 | 4.9",
    ),
)


@pytest.mark.parametrize("case", MARKED, ids=lambda case: case.reason)
def test_what_breaks_a_bound_is_marked(case: Marked) -> None:
    lines = [line for line in _page(case.outcome).splitlines() if line.startswith(case.row) and MARK in line]
    assert len(lines) == 1


def test_what_keeps_to_them_is_not() -> None:
    limits = {(OURS, UP): 11.4, (OURS, DESTROY): 11.4, (OURS, REFRESH): 14.9}
    assert MARK not in _page(_outcome(Scenario(300), limits), _outcome(Scenario(1000), limits, memory=1000))


def test_without_checkpoints_or_throttled_the_engine_sets_no_bound() -> None:
    slow = {(OURS, step): 100.0 for step in STEPS}
    free = [Scenario(1000, checkpoints=False), Scenario(1000, (FLOOR, OURS, BARE), limit=20)]
    assert MARK not in _page(*(_outcome(scenario, slow) for scenario in free))


def test_a_throttled_run_alone_makes_a_page() -> None:
    assert "at most 20 calls of an action a second" in _page(_outcome(Scenario(100, (OURS, BARE), limit=20)))


def test_figures_go_between_the_markers() -> None:
    once = replaced(FRAME, "one\n", "page")
    assert replaced(once, "two", "page") == once.replace("\none\n", "\ntwo\n")
    with pytest.raises(Failed):
        replaced("no markers", "one", "page")
