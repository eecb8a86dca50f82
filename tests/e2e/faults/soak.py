"""``make soak``: more random schedules than `make test-deep` plays, from a new seed or from a given one."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

SEED, ROUNDS = "MFA_ASSOCIATION_FAULT_SEED", "MFA_ASSOCIATION_FAULT_ROUNDS"


def main() -> int:
    """Play them; the exit code is pytest's."""
    parser = argparse.ArgumentParser(prog="make soak", description="Play random fault schedules, ten rounds a seed.")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="the first seed")
    parser.add_argument("--rounds", type=int, default=100, help="how many rounds in all (100)")
    wanted = parser.parse_args()
    print(f"Playing {wanted.rounds} rounds from seed {wanted.seed} ...", flush=True)
    tests = [sys.executable, "-m", "pytest", "-n", "2", str(Path(__file__).with_name("test_random.py"))]
    return subprocess.run(tests, env={**os.environ, SEED: str(wanted.seed), ROUNDS: str(wanted.rounds)}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
