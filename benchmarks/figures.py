"""What was measured, what was expected of it, and the arithmetic between the two; pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

FLOOR, OURS, BARE = "no-op provider", "mfa_association", "bare boto3"
CONTENDERS = (FLOOR, OURS, BARE)
UP, PREVIEW, REFRESH, REMOVE, DESTROY = "up (adopting)", "preview, no change", "refresh", "up, one line less", "destroy"
STEPS = (UP, PREVIEW, REFRESH, REMOVE, DESTROY)

# Times over the no-op provider that would be too much; a median beyond them is marked.
BOUNDS = {UP: 1.5, REFRESH: 3.0, DESTROY: 1.5}
STATE_BOUND = 1000
WALK_PAGE = 1000


@dataclass(frozen=True)
class Sample:
    """One step of one contender in one round; ``calls``: what reached AWS, by action."""

    round: int
    contender: str
    step: str
    wall: float
    cpu: float
    calls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """The smallest, the middle and the largest of some figures."""

    least: float
    middle: float
    most: float


@dataclass(frozen=True)
class Weight:
    """Bytes of state per association, in compact JSON; ``file``: its share of the state file, as indented there."""

    record: float
    without_trace: float
    engine_own: float
    file: float


def spread(figures: Iterable[float]) -> Spread:
    """The spread of at least one figure."""
    found = sorted(figures)
    return Spread(found[0], median(found), found[-1])


def expected_calls(n: int) -> dict[str, Counter[str]]:
    """The calls of the provider at each step, by the contract, when each of N users holds one virtual device.

    That device is each user's last, so a removal also asks for the password.
    """
    once = Counter(GetCallerIdentity=1)
    return {
        UP: once + Counter(ListMFADevices=n, ListVirtualMFADevices=-(-n // WALK_PAGE)),
        PREVIEW: Counter(),
        REFRESH: once + Counter(ListMFADevices=n),
        REMOVE: once + _removals(1),
        DESTROY: once + _removals(n - 1),
    }


def _removals(n: int) -> Counter[str]:
    return Counter(ListMFADevices=n, GetLoginProfile=n, DeactivateMFADevice=n)


def of(samples: Sequence[Sample], contender: str, step: str) -> list[Sample]:
    """The samples of one contender at one step, by round."""
    found = [sample for sample in samples if (sample.contender, sample.step) == (contender, step)]
    return sorted(found, key=lambda sample: sample.round)


def ratios(samples: Sequence[Sample], step: str, rival: str = FLOOR) -> Spread | None:
    """Our time over the rival's of the same round; None where the rival has no such step."""
    pairs = zip(of(samples, OURS, step), of(samples, rival, step), strict=False)
    found = [ours.wall / theirs.wall for ours, theirs in pairs if ours.round == theirs.round]
    return spread(found) if found else None


def beyond(step: str, middle: float) -> float | None:
    """The bound that a ratio breaks."""
    bound = BOUNDS.get(step)
    return bound if bound is not None and middle > bound else None


def weigh(records: Sequence[Mapping[str, Any]], file_bytes: int) -> Weight:
    """The mean weight of the engine's records of the associations."""
    traceless = [_without(record, "stackTrace") for record in records]
    own = [_without(record, "inputs", "outputs") for record in traceless]
    return Weight(_bytes(records), _bytes(traceless), _bytes(own), file_bytes / len(records))


def _without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in names}


def _bytes(records: Sequence[Mapping[str, Any]]) -> float:
    return mean(len(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()) for record in records)
