"""Tables on stdout (plain columns, or CSV) and progress on stderr."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mfa_association.text import on_one_line
from mfa_association.validation import listed_serial_number

# What a spreadsheet takes for the start of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GAP = "  "
_BOLD, _RED, _END = "\x1b[1m", "\x1b[31m", "\x1b[0m"

Rows = Sequence[Sequence[str]]


class Red(str):
    """A cell that a terminal shows in red."""

    __slots__ = ()


def show(headers: Sequence[str], rows: Rows, account_id: str = "", title: str = "") -> None:
    """Print a table of one account, or of many, on stdout; nothing for no rows.

    The account stands once, above it, and its devices by the names that they have there, such as ``mfa/alice-phone``.
    No width breaks a cell, so that a name can be copied from any window. Colours are for terminals only; control
    characters become spaces.
    """
    if not rows:
        return
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    shown = [[on_one_line(_named(cell, account_id)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *shown, strict=True)]
    print(", ".join(filter(None, (f"account {account_id}" if account_id else "", title))))
    print(_line([_painted(header, width, _BOLD * coloured) for header, width in zip(headers, widths, strict=True)]))
    for row, texts in zip(rows, shown, strict=True):
        codes = [_RED * (coloured and isinstance(cell, Red)) for cell in row]
        print(_line([_painted(*of_column) for of_column in zip(texts, widths, codes, strict=True)]))


def counted(number: int, noun: str) -> str:
    """A number of things, of one or of many: ``1 device``, ``221 devices``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(cell: str, account_id: str) -> str:
    serial = listed_serial_number(cell)
    return serial.name if serial.account_id == account_id else cell


def _painted(text: str, width: int, code: str) -> str:
    return (f"{code}{text}{_END}" if code else text) + " " * (width - len(text))


def _line(cells: Sequence[str]) -> str:
    return _GAP.join(cells).rstrip()


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
