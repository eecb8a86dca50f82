"""What the judges see of one run, and what they remember of the runs before it. AWS's log and lists, not our state, decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.histories.account import Call, Snapshot
from tests.histories.events import Touched
from tests.histories.history import Engine, Run
from tests.histories.program import Program, Record
from tests.histories.results import Result, Saved, record_of

Pair = tuple[str, str]


@dataclass(frozen=True)
class Observed:
    """One run: what was declared, the state and AWS before and after, AWS's log, and what else happened meanwhile."""

    engine: Engine
    program: Program
    run: Run
    before: tuple[Saved, ...]
    after: tuple[Saved, ...]
    calls: tuple[Call, ...]
    touched: tuple[Touched, ...]
    result: Result
    aws_before: Snapshot
    aws_after: Snapshot
    lifted: frozenset[str] = frozenset()
    """The guards that the environment lifted for this run."""

    @property
    def declared(self) -> set[Pair]:
        """What the program declares in this run; nothing when it is destroyed."""
        return set() if self.run.command == "destroy" else self.program.pairs

    @property
    def writes(self) -> list[tuple[int, Call]]:
        """AWS's log of what changes something, each with its place."""
        return [(place, call) for place, call in enumerate(self.calls) if call.action in WRITES]

    @property
    def deactivations(self) -> list[tuple[int, Call]]:
        """AWS's log of deactivations."""
        return [(place, call) for place, call in self.writes if call.action == "DeactivateMFADevice"]

    @property
    def quiet(self) -> bool:
        """Whether nothing went wrong or happened meanwhile."""
        run = self.run
        return not (run.trouble or run.pause or run.lag or run.kill or run.neighbour_fails)

    def records(self, pair: Pair) -> list[Record]:
        """The records that declare a pair."""
        return [record for record in self.program.named().values() if record.pair == pair]

    def record_of(self, address: str) -> Saved | None:
        """The record that a declared line had before the run."""
        return record_of(address, self.program, self.before)

    def is_out_of_sight(self, serial: str) -> bool:
        """Whether the contract promises nothing of a device in this run: what declares it is not seen by what removes it.

        That is so for a targeted run that leaves it out, for two providers (docs/guards.md), and where a program declares
        one device for two users.
        """
        lines = [record for record in self.program.named().values() if record.serial.lower() == serial]
        providers = {record.provider for record in lines} | {
            saved.provider for saved in self.before if saved.pair[0] == serial
        }
        return serial in self.result.left_out or len(providers) > 1 or len({line.holder.lower() for line in lines}) > 1

    def touched_serials(self) -> set[str]:
        """Devices that somebody else changed during the run."""
        return {serial for touch in self.touched for serial in touch.serials}

    def touched_users(self) -> set[str]:
        """Users that somebody else changed, or whose devices, during the run."""
        given = {user for touch in self.touched for _, user in touch.gave}
        holders = {self.holder(serial, self.aws_before) for serial in self.touched_serials()}
        return {user for touch in self.touched for user in touch.users} | given | {one for one in holders if one}

    @staticmethod
    def holder(serial: str, aws: Snapshot) -> str | None:
        """The id of a device's holder."""
        device = aws.devices.get(serial)
        return device.holder if device else None

    @staticmethod
    def name(user_id: str | None, aws: Snapshot) -> str:
        """The present name of a user, in lower case; empty for nobody."""
        return next((name for name, user in aws.users.items() if user.id == user_id), "")


WRITES = ("EnableMFADevice", "DeactivateMFADevice", "ResyncMFADevice", "DeleteVirtualMFADevice")


@dataclass
class Memory:
    """What is remembered from run to run; devices by serial number, people by id."""

    kept: dict[str, str] = field(default_factory=dict)
    """Devices that every program run since has declared for who holds them."""

    owed: dict[str, str] = field(default_factory=dict)
    """Devices that a record of the state had with their holder: they go when their line goes."""

    disarmed: dict[str, str] = field(default_factory=dict)
    """Devices with a record that somebody deactivated outside."""

    def note(self, touched: Iterable[Touched], before: Snapshot, records: Iterable[Saved]) -> None:
        """Something happened outside."""
        recorded = {saved.pair[0] for saved in records}
        for touch in touched:
            for serial in touch.serials:
                self.kept.pop(serial, None)
                holder = Observed.holder(serial, before)
                if touch.what == "deactivate" and serial in recorded and holder:
                    self.disarmed[serial] = holder
                elif touch.what != "rename":
                    self.disarmed.pop(serial, None)
                if touch.what == "register" or (touch.what == "rename" and ":mfa/" not in serial):
                    self.owed.pop(serial, None)
