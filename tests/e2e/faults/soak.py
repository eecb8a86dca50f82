"""``make soak``: more random schedules and histories than `make test-deep` plays, from a new seed or from a given one."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

SEED, ROUNDS = "MFA_ASSOCIATION_FAULT_SEED", "MFA_ASSOCIATION_FAULT_ROUNDS"
HISTORY_SEED, HISTORY_COUNT = "MFA_ASSOCIATION_HISTORY_SEED", "MFA_ASSOCIATION_HISTORY_COUNT"
PLAYED = (Path(__file__).with_name("test_random.py"), Path(__file__).parents[2] / "histories")


def main() -> int:
    """Play them; the exit code is pytest's."""
    parser = argparse.ArgumentParser(prog="make soak", description="Play random fault schedules, ten rounds a seed.")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="the first seed")
    parser.add_argument("--rounds", type=int, default=100, help="how many rounds in all (100)")
    parser.add_argument("--histories", type=int, default=20, help="how many histories of each real engine (20)")
    parser.add_argument("--forever", action="store_true", help="one seed after another, until one fails")
    wanted = parser.parse_args()
    code = _play(wanted.seed, wanted.rounds, wanted.histories)
    while wanted.forever and not code:
        wanted.seed += 1
        code = _play(wanted.seed, wanted.rounds, wanted.histories)
    return code


def _play(seed: int, rounds: int, histories: int) -> int:
    print(f"Playing {rounds} rounds and {histories} histories of each engine from seed {seed} ...", flush=True)
    chosen = {SEED: seed, ROUNDS: rounds, HISTORY_SEED: seed, HISTORY_COUNT: histories}
    tests = [sys.executable, "-m", "pytest", "-n", "2", "-m", "deep", *map(str, PLAYED)]
    environment = {**os.environ, **{name: str(value) for name, value in chosen.items()}}
    return subprocess.run(tests, env=environment).returncode


if __name__ == "__main__":
    raise SystemExit(main())
