"""What a run left behind, whatever engine it was: for the judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.histories.history import Run
from tests.histories.program import Program


class Killed(BaseException):
    """kill -9 in the middle of a call."""


@dataclass(frozen=True)
class Saved:
    """A record of the state. ``address``: its name; ``old``: left over from a replacement, to be deleted."""

    address: str
    values: dict[str, Any]
    inputs: dict[str, Any] = field(default_factory=dict)
    provider: str = ""
    old: bool = False
    tainted: bool = False
    protect: bool = False
    retain: bool = False
    guard: str = "warn"

    @property
    def pair(self) -> tuple[str, str]:
        """Device and holder as IAM compares them."""
        return str(self.values["serial_number"]).lower(), str(self.values["user_name"]).lower()


def record_of(address: str, program: Program, state: Iterable[Saved]) -> Saved | None:
    """The record that a declared line has already, by its own name or by the one that it was moved from."""
    present = {saved.address: saved for saved in state if not saved.old}
    return present.get(address) or present.get(program.moves.get(address, ""))


@dataclass
class Result:
    """``failed``: the pairs whose operation failed, with the length of AWS's log then. ``heard``: pairs checked, by provider."""

    errors: list[str] = field(default_factory=list)
    failed: list[tuple[tuple[str, str], int]] = field(default_factory=list)
    refused: list[tuple[tuple[str, str], str]] = field(default_factory=list)
    """The pairs whose removal failed, with the sentence."""

    left_out: set[str] = field(default_factory=set)
    """Devices whose declaration this run was told not to look at, or that another process alone heard of."""

    full: bool = True
    killed: bool = False
    trace: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether it ended well."""
        return not self.errors and not self.killed


class Engine(Protocol):
    """What plays the runs of a history: a model of an engine, or a real one."""

    state: list[Saved]
    moment: Callable[[], int]
    """How long AWS's log of this run is."""

    def run(self, program: Program, run: Run) -> Result:
        """One command."""
