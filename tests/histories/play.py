"""A history played in memory, and judged run by run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.histories import changes, settle
from tests.histories.account import Snapshot
from tests.histories.events import happen
from tests.histories.history import History, Round, Run
from tests.histories.invariants import INVARIANTS
from tests.histories.observed import Memory, Observed
from tests.histories.processes import Crash
from tests.histories.pulumi_engine import PulumiEngine
from tests.histories.results import Engine, Saved
from tests.histories.terraform_engine import TerraformEngine
from tests.histories.world import model_world

ENGINES: dict[str, Callable[[Callable[[], int]], Engine]] = {"pulumi": PulumiEngine, "terraform": TerraformEngine}
LATER, SOON = 600.0, 20.0
CLEAN, REFRESHED = Run(keep_going=True), Run(keep_going=True, refresh=True)


@dataclass(frozen=True)
class Breach:
    """A rule that was broken, in which round (counted from 1; after the last: while it settled)."""

    invariant: int
    round: int
    told: str


@dataclass
class Story:
    """One history under way."""

    history: History
    world: Any
    """A ``World``, or the sandbox's ``RealWorld``."""

    engine: Engine | None = None
    """What plays the runs; none: the model of the history's engine."""

    breaches: list[Breach] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    tale: list[str] = field(default_factory=list)
    traces: list[list[str]] = field(default_factory=list)
    """What the provider was asked in each run, in order: verb and address."""
    seen: Observed | None = None
    """The last run."""

    def __post_init__(self) -> None:
        account = self.world.account
        self._engine: Engine = self.engine or ENGINES[self.history.engine](lambda: len(account.log))
        self._program = self._before = changes.first(self.history.lines)
        self._round = 0

    def play(self) -> list[Breach]:
        """Play it; what was broken."""
        try:
            self._run(CLEAN)
            for one in self.history.rounds:
                self._round += 1
                self._play(one)
            self._round += 1
            self._settle()
        except Crash as fault:
            self._breach(4, f"something that is no sentence: {fault}")
        return self.breaches

    def _play(self, one: Round) -> None:
        before = self._program
        for change in one.changes:
            self._program = changes.changed(self._program, self._before, change)
        self._before = before
        self._wait(one.soon)
        for event in one.events:
            aws = self._aws()
            touched = happen(self.world.account, event)
            renamed = self.world.happened()
            if touched:
                touched = touched.renamed(renamed)
                self.memory.note([touched], aws, self._engine.state)
                self.tale.append(f"outside: {touched.what} {sorted(touched.serials)}")
        self._run(one.run)

    def _wait(self, soon: bool) -> None:
        self.world.account.now += SOON if soon else LATER
        if not soon:
            self.world.forget_removals()

    def _run(self, run: Run, **environment: str) -> bool:
        """One run, judged; whether it ended clean."""
        account, engine = self.world.account, self._engine
        before, aws, start = tuple(engine.state), self._aws(), len(account.log)
        with self.world.disturbed(run) as disturbed, _environment(environment):
            engine.moment = lambda: len(account.log) - start
            result = engine.run(self._program, run)
        account.now += 1
        lifted = frozenset("max" if "REMOVALS" in name else "last" for name in environment)
        seen = Observed(
            self.history.engine,
            self._program,
            run,
            before,
            tuple(engine.state),
            tuple(account.log[start:]),
            tuple(disturbed.touched),
            result,
            aws,
            self._aws(),
            lifted,
        )
        self.traces.append(result.trace)
        self.seen = seen
        self._tell(seen)
        for number, judge in INVARIANTS.items():
            for told in judge(seen, self.memory):
                self._breach(number, told)
        self.memory.note(disturbed.touched, aws, before)
        self._forget(seen)
        return result.clean

    def _forget(self, seen: Observed) -> None:
        """What no record and no line knows any more was settled: nobody would enable it by mistake."""
        known = {saved.pair[0] for saved in seen.after} | {serial for serial, _ in seen.declared}
        self.memory.disarmed = {serial: user for serial, user in self.memory.disarmed.items() if serial in known}

    def _settle(self) -> None:
        """Full runs until one ends clean; what is refused is advised, and the advice followed."""
        environment: dict[str, str] = {}
        for advice in range(settle.ADVICES):
            for run in (CLEAN, REFRESHED, CLEAN) if not advice else (CLEAN, REFRESHED):
                self._wait(soon=False)
                if self._run(run, **environment):
                    return
            situation = settle.Situation(self._program, self.world.account, list(self._engine.state), dict(environment))
            aws = self._aws()
            if not settle.follow(situation, self._errors):
                break
            self.world.happened()
            self._program, environment = situation.program, situation.environment
            self._note_advice(aws, situation.state)
        self._breach(7, f"it never ends: {self._errors}")

    def _note_advice(self, before: Snapshot, state: list[Saved]) -> None:
        """What following advice did in AWS and in the state was done outside."""
        devices = self.world.account.devices.items()
        changed = {serial for serial, device in devices if before.devices.get(serial) != device}
        changed |= {saved.pair[0] for saved in self._engine.state} - {saved.pair[0] for saved in state}
        for remembered in (self.memory.kept, self.memory.owed, self.memory.disarmed):
            for serial in changed:
                remembered.pop(serial, None)
        self._engine.state = state
        self.tale.append("the advice was followed")

    def _aws(self) -> Snapshot:
        account = self.world.account
        return Snapshot(dict(account.users), dict(account.devices))

    def _breach(self, invariant: int, told: str) -> None:
        self.breaches.append(Breach(invariant, self._round, told))
        self.tale.append(f"BROKEN {invariant}: {told}")

    def _tell(self, seen: Observed) -> None:
        self._errors = seen.result.errors
        lines = [f"{address}: {record}" for address, record in seen.program.named().items()]
        calls = [f"{one.action}({one.user}, {one.serial}) {one.error or 'ok'}" for _, one in seen.writes]
        self.tale += [f"--- round {self._round}: {seen.run}", *lines, *seen.result.trace, *calls]
        self.tale += [f"error: {error}" for error in seen.result.errors] + [
            f"says: {line}" for line in seen.result.said
        ]


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


def play(history: History) -> Story:
    """Play a history in a world of its own."""
    with model_world() as world:
        story = Story(history, world)
        story.play()
        return story


def breaks(history: History) -> set[int]:
    """The rules that a history breaks."""
    return {breach.invariant for breach in play(history).breaches}
