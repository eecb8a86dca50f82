"""`python -m benchmarks`: measure, print Markdown on stdout, progress on stderr."""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .machine import machine, versions
from .page import write
from .processes import Failed, exit_code, say
from .project import ROOT
from .report import Result, render
from .rounds import outcomes
from .scenarios import BESIDE, WHOLE_PAGE, Scenario

PAGE = ROOT / "docs" / "performance.md"


def main() -> int:
    """Exit code 0, 1 with one sentence, or 130 after Ctrl-C. A figure over its bound is marked, not an error."""
    options = _options()
    return exit_code(lambda: _report(options))


def _report(options: argparse.Namespace) -> None:
    report = render(_measure(_scenarios(options)))
    print(report, end="")
    if options.page:
        write(PAGE, report)
        say(f"written to {PAGE.relative_to(ROOT)}")


def _scenarios(options: argparse.Namespace) -> Sequence[Scenario]:
    if options.page:
        return WHOLE_PAGE
    who = BESIDE[options.beside]
    return [Scenario(options.n, who, options.rounds, not options.no_checkpoints, options.limit)]


def _measure(scenarios: Sequence[Scenario]) -> Result:
    if not shutil.which("pulumi"):
        raise Failed("there is no `pulumi` on PATH; `make bench` finds or builds one")
    about, date = machine(), datetime.datetime.now(datetime.timezone.utc).date()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        return Result(outcomes(scenarios, Path(folder)), about, versions(), date.isoformat())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the provider beside its floors.")
    parser.add_argument("--n", type=_at_least(2), default=300, help="associations (default 300)")
    parser.add_argument("--rounds", type=_at_least(1), default=3, help="how often each step is measured (default 3)")
    parser.add_argument("--beside", choices=BESIDE, default="boto", help="also run the floor, a script, all (boto)")
    parser.add_argument("--no-checkpoints", action="store_true", help="with PULUMI_SKIP_CHECKPOINTS")
    parser.add_argument("--limit", type=_at_least(1), help="calls a second of each AWS action, else throttled")
    parser.add_argument("--page", action="store_true", help="all that docs/performance.md tells, written there")
    return parser.parse_args()


class _at_least:
    """An argument type; argparse shows the message."""

    def __init__(self, least: int) -> None:
        self.least = least

    def __call__(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < self.least:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {self.least}")
        return int(text)


if __name__ == "__main__":
    sys.exit(main())
