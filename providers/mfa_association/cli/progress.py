"""A progress bar on stderr, where stderr is a terminal; stdout is for results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, int, int | None], None]


@contextmanager
def progress(name: str = "") -> Iterator[Tell]:
    """What to call with the thing that is read, how much of it is, and of how much if that is known."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bars:
        tasks = {}

        def tell(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(f"{name}{what}", total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell
