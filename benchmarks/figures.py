"""What was measured, what was expected of it, and the arithmetic between the two; pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from .scenarios import DESTROY, FLOOR, LOCAL_EXEC, OURS, PREVIEW, REFRESH, REMOVE, UP, Scenario
from .watch import Provider

# Times over the no-op provider that would be too much, with checkpoints; a median beyond them is marked.
BOUNDS = {
    300: {UP: 1.5, REFRESH: 3.0, DESTROY: 1.5},
    1000: {UP: 1.15, REFRESH: 1.5, DESTROY: 1.15},
}
# Of the time that local-exec takes.
RIVAL_BOUND = 1 / 5
STATE_BOUND = 1000
MEMORY_BOUND = 1000
WALK_PAGE = 1000


@dataclass(frozen=True)
class Sample:
    """One step of one contender in one round; ``calls``: what reached AWS, by action."""

    round: int
    contender: str
    step: str
    wall: float
    cpu: float
    provider: Provider | None = None
    calls: Mapping[str, int] = field(default_factory=dict)
    throttled: int = 0


@dataclass(frozen=True)
class Spread:
    """The smallest, the middle and the largest of some figures."""

    least: float
    middle: float
    most: float


@dataclass(frozen=True)
class Weight:
    """Bytes of state per association, in compact JSON; ``file``: its share of the state as exported, indented."""

    record: float
    without_trace: float
    engine_own: float
    file: float


@dataclass(frozen=True)
class Outcome:
    """What a scenario found; ``weights``: state per association after the first up."""

    scenario: Scenario
    samples: Sequence[Sample]
    weights: Mapping[str, Weight]

    def of(self, contender: str, step: str) -> list[Sample]:
        """The samples of one contender at one step, by round."""
        found = [sample for sample in self.samples if (sample.contender, sample.step) == (contender, step)]
        return sorted(found, key=lambda sample: sample.round)

    def wall(self, contender: str, step: str) -> float | None:
        """The median of the seconds; None where that is no step of the contender's."""
        found = self.of(contender, step)
        return median(sample.wall for sample in found) if found else None

    def ratios(self, step: str, rival: str = FLOOR) -> Spread | None:
        """Our time over the rival's of the same round; None where the rival has no such step."""
        pairs = zip(self.of(OURS, step), self.of(rival, step), strict=False)
        found = [ours.wall / theirs.wall for ours, theirs in pairs if ours.round == theirs.round]
        return spread(found) if found else None

    def bound(self, step: str, rival: str = FLOOR) -> float | None:
        """What the ratio may be at most."""
        if rival == LOCAL_EXEC:
            return RIVAL_BOUND if self.scenario.n == 100 and step in (UP, DESTROY) else None
        usual = rival == FLOOR and self.scenario.checkpoints and not self.scenario.limit
        return BOUNDS.get(self.scenario.n, {}).get(step) if usual else None


def spread(figures: Iterable[float]) -> Spread:
    """The spread of at least one figure."""
    found = sorted(figures)
    return Spread(found[0], median(found), found[-1])


def expected_calls(n: int) -> dict[str, Counter[str]]:
    """The calls of the provider at each step, by the contract, when each of N users holds one virtual device.

    That device is each user's last, so a removal also asks for the password.
    """
    once = Counter(GetCallerIdentity=1)
    walk = once + Counter(ListVirtualMFADevices=-(-n // WALK_PAGE))
    return {
        UP: walk,
        PREVIEW: Counter(),
        REFRESH: walk,
        REMOVE: once + _removals(1),
        DESTROY: once + _removals(n - 1),
    }


def _removals(n: int) -> Counter[str]:
    return Counter(ListMFADevices=n, GetLoginProfile=n, DeactivateMFADevice=n)


def weigh(records: Sequence[Mapping[str, Any]], file_bytes: int) -> Weight:
    """The mean weight of the engine's records of the associations."""
    traceless = [_without(record, "stackTrace") for record in records]
    own = [_without(record, "inputs", "outputs") for record in traceless]
    return Weight(_bytes(records), _bytes(traceless), _bytes(own), file_bytes / len(records))


def _without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in names}


def _bytes(records: Sequence[Mapping[str, Any]]) -> float:
    return mean(len(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()) for record in records)
