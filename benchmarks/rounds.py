"""The rounds: every step is run by each contender in turn, so that a noisy moment hits neighbours alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from .contenders import Contender, contenders
from .figures import Outcome, Sample, Weight, weigh
from .processes import Failed, say
from .project import ACCOUNT, Project
from .scenarios import DESTROY, FLOOR, REMOVE, STEPS, UP, Scenario

WARM = 2


def outcomes(scenarios: Iterable[Scenario], folder: Path) -> list[Outcome]:
    """Each scenario in turn, after a short one that only warms caches; each round with new sandboxes and stacks."""
    todo = list(scenarios)
    names = {name: None for scenario in todo for name in scenario.contenders}
    say("warming up")
    _round(0, Scenario(WARM, tuple(names)), folder / "warm", folder / "home")
    return [_outcome(scenario, folder / str(place), folder / "home") for place, scenario in enumerate(todo)]


def _outcome(scenario: Scenario, folder: Path, home: Path) -> Outcome:
    samples: list[Sample] = []
    weights: dict[str, Weight] = {}
    for number in range(1, scenario.rounds + 1):
        say(f"{scenario.title}: round {number} of {scenario.rounds}")
        done = _round(number, scenario, folder / str(number), home)
        samples += done.samples
        weights.update(done.weights)
    return Outcome(scenario, samples, weights)


def _round(number: int, scenario: Scenario, folder: Path, home: Path) -> Outcome:
    home.mkdir(parents=True, exist_ok=True)
    samples: list[Sample] = []
    weights: dict[str, Weight] = {}
    with contenders(scenario, folder, home) as rivals:
        for step in STEPS:
            # Whoever went first in one round goes last in the next.
            samples += filter(None, (_step(number, rival, step) for rival in (rivals if number % 2 else rivals[::-1])))
            _verify(rivals, scenario.n, step)
            if step == UP:
                weights = {one.name: _weight(one.project, scenario.n) for one in rivals if one.project}
    return Outcome(scenario, samples, weights)


def _step(number: int, contender: Contender, step: str) -> Sample | None:
    contender.box.reset_calls()
    spent = contender.run(step)
    if spent is None:
        return None
    calls, log = contender.box.calls(), contender.box.log()
    throttled = sum(call.error == "Throttling" for call in log)
    say(f"  {step:18}  {contender.name:25}  {spent.wall:6.2f} s  {sum(calls.values())} calls")
    sample = Sample(number, contender.name, step, spent.wall, spent.cpu, spent.provider, calls)
    return replace(sample, throttled=throttled)


def _verify(rivals: list[Contender], n: int, step: str) -> None:
    """A figure of something that did not happen is worth nothing."""
    left = {REMOVE: n - 1, DESTROY: 0}.get(step, n)
    for contender in rivals:
        held = len(contender.box.holders(ACCOUNT))
        recorded = len(contender.project.records()) if contender.project else left
        if recorded != left or (contender.name != FLOOR and held != left):
            raise Failed(f"after {step}, {contender.name}: {held} held and {recorded} recorded instead of {left}")


def _weight(project: Project, n: int) -> Weight:
    records = project.records()
    if len(records) != n or not all(record["outputs"]["active"] for record in records):
        raise Failed(f"{len(records)} records, not {n} active ones")
    return weigh(records, len(project.exported().encode()))
