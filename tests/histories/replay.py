"""``python -m tests.histories.replay SEED [COUNT]``: how many histories of a seed break each rule, and the first, shrunk.

``… 'History(…)'`` instead plays the history that was printed, and tells its whole tale.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter

from tests.histories import history as names
from tests.histories.history import History
from tests.histories.play import play
from tests.histories.shrink import shrunk
from tests.histories.strategies import drawn

COUNT = 200
_DEVICE = re.compile(r"(arn:\S+?:(mfa|u2f)/[\w/-]+|GAHT\d+)", re.IGNORECASE)
_USER = re.compile(r"\b(alice|bob|carol|dave|erin)2?\b")
Kind = tuple[str, int, str]


def kinds(history: History) -> dict[Kind, str]:
    """What a history breaks, in general words, and a sentence for each."""
    found: dict[Kind, str] = {}
    for breach in play(history).breaches:
        told = _USER.sub("USER", _DEVICE.sub("DEVICE", breach.told))[:90]
        found.setdefault((history.engine, breach.invariant, told), breach.told)
    return found


def survey(seed: int, count: int) -> bool:
    """Play a seed's histories; whether any broke a rule."""
    started, broken, first = time.process_time(), Counter[tuple[str, int]](), dict[Kind, int]()
    histories = drawn(seed, count)
    for number, history in enumerate(histories):
        found = kinds(history)
        broken.update({(kind[0], kind[1]) for kind in found})
        for kind in found:
            first.setdefault(kind, number)
    print(f"seed {seed}: {count} histories, {time.process_time() - started:.1f} s of CPU")
    for (engine, invariant), many in sorted(broken.items()):
        print(f"{engine}: rule {invariant} is broken by {many}")
    for kind, number in sorted(first.items()):
        small = shrunk(histories[number], lambda one, kind=kind: kind in kinds(one))  # type: ignore[misc]
        print(f"\n{kind[0]}, rule {kind[1]}, number {number}: {kinds(small)[kind]}\n  {small}", flush=True)
    return bool(broken)


def main(arguments: list[str]) -> int:
    """The exit code is 1 where a rule was broken."""
    if arguments[0].startswith("History("):
        story = play(eval(arguments[0], dict(vars(names))))
        print("\n".join(story.tale))
        return 1 if story.breaches else 0
    return 1 if survey(int(arguments[0]), int(arguments[1]) if arguments[1:] else COUNT) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
