"""Tables on stdout (drawn in a terminal, plain columns elsewhere, or CSV) and progress on stderr."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mfa_association.aws.errors import plain

# What a spreadsheet takes for the start of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Rows = Sequence[Sequence[str]]


def show(headers: Sequence[str], rows: Rows, title: str | None = None) -> None:
    """Print a table on stdout; nothing for no rows. A cell's control characters become spaces."""
    if not rows:
        return
    rows = [[plain(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(headers, rows, title)
        return
    if title:
        print(title)
    widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]
    for row in (headers, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _draw(headers: Sequence[str], rows: Rows, title: str | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def write_csv(headers: Sequence[str], rows: Rows) -> None:
    """Print CSV on stdout; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)


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
