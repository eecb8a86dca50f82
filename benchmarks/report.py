"""The figures as Markdown: counts first, for no noise moves them, then ratios, times and bytes; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from .figures import MEMORY_BOUND, STATE_BOUND, Outcome, Sample, Weight, expected_calls
from .scenarios import FLOOR, OURS, STEPS

Rows = Iterable[Sequence[str]]
Labelled = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Result:
    """A whole run."""

    outcomes: Sequence[Outcome]
    machine: Labelled
    versions: Labelled
    date: str


def render(result: Result) -> str:
    """The whole report."""
    plain = [outcome for outcome in result.outcomes if not outcome.scenario.limit]
    parts = [
        f"One virtual device for each user, which is also the user's last; {result.date}.",
        "### AWS calls",
        table(("associations", "step", "calls", ""), (row for outcome in plain for row in _call_rows(outcome))),
        *_over_the_floor(plain),
        *(part for outcome in result.outcomes for part in _beside_rivals(outcome)),
        *(part for outcome in plain[:1] for part in _state(outcome.weights)),
        "### Measured on",
        table(("", ""), [*result.machine, *result.versions]),
    ]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _call_rows(outcome: Outcome) -> Rows:
    expected = expected_calls(outcome.scenario.n)
    for step in STEPS:
        told, wanted = _told(outcome.of(OURS, step)), _listed(expected[step])
        yield [outcome.scenario.title, step, told, "" if told == wanted else f"**expected: {wanted}**"]


def _told(samples: Sequence[Sample]) -> str:
    """The calls of all rounds: once if they agree, else all of them."""
    return " / ".join(sorted({_listed(sample.calls) for sample in samples}))


def _listed(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {action}" for action, count in sorted(calls.items()) if count) or "none"


def _over_the_floor(outcomes: Sequence[Outcome]) -> list[str]:
    head = ("associations", "step", "min", "median", "max", "at most", "")
    times = (
        "associations",
        "step",
        "no-op, s",
        "ours, s",
        "no-op, CPU s",
        "ours, CPU s",
        "provider, CPU s",
        "peak, MB",
    )
    return [
        "### Over the engine's floor",
        f"{OURS} divided by the no-op provider of the same round.",
        table(head, (row for outcome in outcomes for row in _ratio_rows(outcome, FLOOR))),
        "### Times and memory",
        "Medians. CPU is that of the CLI and all that it waited for; the provider process, for which it does not wait, "
        f"stands in a column of its own, with its peak memory (at most {MEMORY_BOUND:,} MB).",
        table(times, (row for outcome in outcomes for row in _time_rows(outcome))),
    ]


def _ratio_rows(outcome: Outcome, rival: str) -> Rows:
    for step in STEPS:
        found = outcome.ratios(step, rival)
        if found:
            bound = outcome.bound(step, rival)
            figures = [f"{figure:.2f}" for figure in (found.least, found.middle, found.most)]
            over = bound is not None and found.middle > bound
            told = "" if bound is None else f"{bound:.2f}"
            yield [outcome.scenario.title, step, *figures, told, "**over the bound**" if over else ""]


def _time_rows(outcome: Outcome) -> Rows:
    for step in STEPS:
        floor, ours = outcome.of(FLOOR, step), outcome.of(OURS, step)
        seen = [sample.provider for sample in ours if sample.provider]
        peak = max((provider.memory for provider in seen), default=0)
        yield [
            outcome.scenario.title,
            step,
            *(_middle(sample.wall for sample in side) for side in (floor, ours)),
            *(_middle(sample.cpu for sample in side) for side in (floor, ours)),
            _middle(provider.cpu for provider in seen),
            (f"{peak:.0f}" if peak <= MEMORY_BOUND else f"**{peak:.0f}**") if seen else "",
        ]


def _middle(figures: Iterable[float]) -> str:
    found = list(figures)
    return f"{median(found):.2f}" if found else ""


def _beside_rivals(outcome: Outcome) -> list[str]:
    rivals = [name for name in outcome.scenario.contenders if name not in (FLOOR, OURS)]
    if not rivals:
        return []
    head = ("step", *(f"{name}, s" for name in (OURS, *rivals)), *(f"times {name}" for name in rivals), "calls of each")
    limited = (
        "" if outcome.scenario.limit is None else f", at most {outcome.scenario.limit} calls of an action a second"
    )
    return [
        f"### Beside what does without an engine: {outcome.scenario.n} associations{limited}",
        table(head, _rival_rows(outcome, rivals)),
    ]


def _rival_rows(outcome: Outcome, rivals: Sequence[str]) -> Rows:
    for step in STEPS:
        names = (OURS, *rivals)
        walls = [outcome.wall(name, step) for name in names]
        calls = [_counted(outcome.of(name, step)) for name in names]
        times = [_times(outcome, step, rival) for rival in rivals]
        yield [
            step,
            *("" if wall is None else f"{wall:.2f}" for wall in walls),
            *times,
            " / ".join(filter(None, calls)),
        ]


def _times(outcome: Outcome, step: str, rival: str) -> str:
    """How many times as long the rival took."""
    found = outcome.ratios(step, rival)
    if not found:
        return ""
    bound = outcome.bound(step, rival)
    over = bound is not None and found.middle > bound
    return f"{1 / found.middle:.1f}" + (" **too few**" if over else "")


def _counted(samples: Sequence[Sample]) -> str:
    if not samples:
        return ""
    throttled = samples[-1].throttled
    return f"{sum(samples[-1].calls.values()):,}" + (f" ({throttled:,} throttled)" if throttled else "")


def _state(weights: Mapping[str, Weight]) -> list[str]:
    return ["### State per association, bytes", table(("", *weights, "at most", ""), _state_rows(weights))]


def _state_rows(weights: Mapping[str, Weight]) -> Rows:
    over = "**over the bound**" if weights[OURS].without_trace > STATE_BOUND else ""
    yield ["record, compact JSON", *_bytes(one.record for one in weights.values()), "", ""]
    without = _bytes(one.without_trace for one in weights.values())
    yield ["of it without the program's stack trace", *without, f"{STATE_BOUND:,}", over]
    own = _bytes(one.engine_own for one in weights.values())
    yield ["of that the engine's own fields (neither inputs nor outputs)", *own, "", ""]
    yield ["its share of the state as exported, indented", *_bytes(one.file for one in weights.values()), "", ""]


def _bytes(figures: Iterable[float]) -> list[str]:
    return [f"{figure:.0f}" for figure in figures]
