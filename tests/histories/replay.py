"""``python -m tests.histories.replay SEED [NUMBER]``: the histories of a seed, or one of them with its whole tale."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.histories.play import play
from tests.histories.strategies import drawn

COUNT = 500


def main(arguments: list[str]) -> int:
    seed = int(arguments[0])
    histories = drawn(seed, COUNT)
    if len(arguments) > 1:
        number = int(arguments[1])
        print(histories[number])
        print("\n".join(play(histories[number]).tale))
        return 0
    started, broken = time.process_time(), Counter[int]()
    examples: dict[int, tuple[int, str]] = {}
    for number, history in enumerate(histories):
        story = play(history)
        for invariant in {breach.invariant for breach in story.breaches}:
            broken[invariant] += 1
            told = next(one.told for one in story.breaches if one.invariant == invariant)
            examples.setdefault(invariant, (number, told))
    print(f"seed {seed}: {len(histories)} histories in {time.process_time() - started:.1f} s")
    for invariant, (number, told) in sorted(examples.items()):
        print(f"invariant {invariant}: {broken[invariant]} histories, first number {number}: {told}")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
