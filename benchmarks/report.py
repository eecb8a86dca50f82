"""The figures as Markdown: counts first, for no noise moves them, then ratios, times and bytes; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from .figures import (
    BARE,
    BOUNDS,
    CONTENDERS,
    FLOOR,
    OURS,
    STATE_BOUND,
    STEPS,
    Sample,
    Weight,
    beyond,
    expected_calls,
    of,
    ratios,
)

Rows = Iterable[Sequence[str]]
Labelled = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Result:
    """A whole run."""

    n: int
    rounds: int
    samples: Sequence[Sample]
    weights: Mapping[str, Weight]
    machine: Labelled
    versions: Labelled
    date: str


def render(result: Result) -> str:
    """The whole report."""
    parts = [
        f"{result.n} associations, one virtual device for each of {result.n} users; {_rounds(result.rounds)};"
        f" {result.date}.",
        "### AWS calls",
        table(("step", *_sides(CONTENDERS), "expected of it", ""), _call_rows(result)),
        "### Time over the floors",
        _spoken(result.rounds),
        table(("step", "over", "min", "median", "max", "at most", ""), _ratio_rows(result.samples)),
        "### Time, medians",
        table(("step", *(f"{name}, {kind} s" for name in CONTENDERS for kind in ("wall", "CPU"))), _time_rows(result)),
        "CPU is that of the processes that the engine waited for, so a plugin that outlives its launcher is missing.",
        "### State per association, bytes",
        table(("", FLOOR, OURS, "at most", ""), _state_rows(result.weights)),
        "### Measured on",
        table(("", ""), [*result.machine, *result.versions]),
    ]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count} rounds"


def _spoken(count: int) -> str:
    return f"{OURS} divided by its neighbour of the same round, over {_rounds(count)}."


def _sides(names: Iterable[str]) -> list[str]:
    return [f"{name}, calls" for name in names]


def _call_rows(result: Result) -> Rows:
    expected = expected_calls(result.n)
    for step in STEPS:
        counts = {name: _told(of(result.samples, name, step)) for name in CONTENDERS}
        wanted = _listed(expected[step])
        mark = "" if counts[OURS] == wanted else "**not as expected**"
        yield [step, *counts.values(), wanted, mark]


def _told(samples: Sequence[Sample]) -> str:
    """The calls of all rounds: once if they agree, else all of them."""
    return " / ".join(sorted({_listed(sample.calls) for sample in samples})) or "not a step of it"


def _listed(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {action}" for action, count in sorted(calls.items()) if count) or "none"


def _ratio_rows(samples: Sequence[Sample]) -> Rows:
    for rival in (FLOOR, BARE):
        for step in STEPS:
            found = ratios(samples, step, rival)
            if found:
                bound, mark = _judged(step, found.middle) if rival == FLOOR else ("", "")
                yield [
                    step,
                    rival,
                    *(f"{figure:.2f}" for figure in (found.least, found.middle, found.most)),
                    bound,
                    mark,
                ]


def _judged(step: str, middle: float) -> tuple[str, str]:
    bound = BOUNDS.get(step)
    return "" if bound is None else f"{bound:.1f}", "**over the bound**" if beyond(step, middle) else ""


def _time_rows(result: Result) -> Rows:
    for step in STEPS:
        cells = [_middles(of(result.samples, name, step)) for name in CONTENDERS]
        yield [step, *(cell for pair in cells for cell in pair)]


def _middles(samples: Sequence[Sample]) -> tuple[str, str]:
    if not samples:
        return "", ""
    return f"{median(s.wall for s in samples):.2f}", f"{median(s.cpu for s in samples):.2f}"


def _state_rows(weights: Mapping[str, Weight]) -> Rows:
    floor, ours = weights[FLOOR], weights[OURS]
    over = "**over the bound**" if ours.without_trace > STATE_BOUND else ""
    yield ["record, compact JSON", f"{floor.record:.0f}", f"{ours.record:.0f}", "", ""]
    without = [f"{one.without_trace:.0f}" for one in (floor, ours)]
    yield ["of it without the program's stack trace", *without, str(STATE_BOUND), over]
    own = [f"{one.engine_own:.0f}" for one in (floor, ours)]
    yield ["of that the engine's own fields (neither inputs nor outputs)", *own, "", ""]
    yield ["state file, its share as indented there", f"{floor.file:.0f}", f"{ours.file:.0f}", "", ""]
