"""Many accounts at once: which they are, the work on them in parallel, and what each needs for itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from threading import Event
from typing import TypeVar

from mfa_association.cli.output import Tell, progress
from mfa_association.errors import MfaError

T = TypeVar("T")
AT_ONCE = 4
ACCOUNT = "{account}"
"""What stands for the account in a path or in the ARN of a role, where there are many."""


def add_accounts(parser: argparse.ArgumentParser, what: str = "the paths and --role-arn") -> None:
    """Add the options that name accounts."""
    parser.add_argument("--roots", metavar="FILE", help="a file of account ids: read their root users too")
    parser.add_argument(
        "--accounts", metavar="FILE", help=f"a file of account ids; {ACCOUNT} in {what} stands for each"
    )


def refuse_shared(doing: str, own: Mapping[str, str | None]) -> None:
    """Each of many accounts has a role and files of its own. ``own``: values by option. Raises ``MfaError``."""
    for option, value in own.items():
        if value is not None and ACCOUNT not in value:
            raise MfaError(f"{doing} many accounts: {option} must contain {ACCOUNT}; nothing was written, correct it")


def in_parallel(work: Mapping[str, Callable[[Tell, Event], T]]) -> dict[str, T | MfaError]:
    """Do all of it, a few at once; one that fails does not hold up the rest. Ctrl-C stops every read.

    ``work``: by what progress calls it; each is given whom to tell of progress, and what is set when it is to stop.
    """
    stop = Event()
    with ThreadPoolExecutor(AT_ONCE) as pool, progress() as tell:
        each = _named(tell) if len(work) <= AT_ONCE else lambda _: _nothing
        futures: dict[str, Future[T]] = {name: pool.submit(one, each(name), stop) for name, one in work.items()}
        try:
            for done, _ in enumerate(as_completed(futures.values()), 1):
                tell("accounts", done, len(futures))
        except KeyboardInterrupt:
            stop.set()
            raise
    outcomes: dict[str, T | MfaError] = {}
    for name, future in futures.items():
        try:
            outcomes[name] = future.result()
        except MfaError as fault:
            outcomes[name] = fault
    return outcomes


def _named(tell: Tell) -> Callable[[str], Tell]:
    """One bar for each thing that is read: of many accounts nobody could read them all."""
    return lambda name: lambda what, done, total: tell(f"{name} {what}", done, total)


def _nothing(what: str, done: int, total: int | None) -> None:
    """Tell nobody."""
