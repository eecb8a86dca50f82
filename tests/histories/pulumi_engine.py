"""A model of Pulumi's engine, as far as a provider hears of it (pkg/v3 3.274.1, resource/deploy).

Legal orders: registrations come in any order that respects what depends on what; a Check is followed by its own Diff and
step, but steps of different resources run in any order; deletes come last, in any order; the first error stops what has
not begun, unless ``--continue-on-error``; a failed Check or a dying program means that nothing is deleted at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from mfa_association.pulumi.provider import ProviderError
from tests.histories.history import Run
from tests.histories.processes import Crash, PulumiProcess, Values
from tests.histories.program import OTHER, Program, Record
from tests.histories.results import Killed, Result, Saved
from tests.histories.world import SEED_VARIABLE, UNSET_VARIABLE

PROVIDER = {"__provider": "pickle"}


class PulumiEngine:
    """One stack. ``state`` is what its checkpoint holds, in order; ``moment`` tells how long AWS's log is."""

    def __init__(self, moment: Callable[[], int]) -> None:
        self.state: list[Saved] = []
        self.moment = moment

    def run(self, program: Program, run: Run) -> Result:
        """One command."""
        return _Operation(self, program, run).play()


class _Stop(Exception):
    """The operation ends here."""


class _Operation:
    def __init__(self, engine: PulumiEngine, program: Program, run: Run) -> None:
        self._engine, self._program, self._run = engine, program, run
        self._chance = Random(run.order)
        self._result = Result()
        self._processes: dict[str, PulumiProcess] = {}
        self._dead: set[str] = set()
        self._touched: list[Saved] = []
        named = program.named()
        addresses = list(named)
        self._named = named
        self._replace = {addresses[at % len(addresses)] for at in run.replace if addresses}
        everything = list(dict.fromkeys([*addresses, *(saved.address for saved in engine.state)]))
        self._target = {everything[at % len(everything)] for at in run.target if everything}

    def play(self) -> Result:
        try:
            if self._run.command == "refresh":
                self._refresh()
            elif self._run.command == "destroy":
                self._delete_all(self._engine.state)
            else:
                self._up()
        except _Stop:
            pass
        except Killed:
            self._result.killed = True
        self._result.full = not self._target and not self._result.killed
        self._result.said = [line for process in self._processes.values() for line in process.said]
        return self._result

    def _up(self) -> None:
        if self._run.refresh:
            self._refresh()
        olds = self._olds()
        self._touched = list(olds.values())
        self._register(olds)
        kept = {id(saved) for saved in self._touched if not saved.old}
        self._delete_all([saved for saved in self._engine.state if id(saved) not in kept])

    def _olds(self) -> dict[str, Saved]:
        """The records that the declared resources have already, by their names or by their aliases."""
        old_names = self._program.moves
        olds: dict[str, Saved] = {}
        for aliases in (False, True):
            for address in self._named:
                name = old_names.get(address) if aliases else address
                free = (one for one in self._engine.state if one.address == name and not one.old)
                found = next((one for one in free if one not in olds.values()), None)
                if found is not None:
                    olds.setdefault(address, found)
        return olds

    def _register(self, olds: dict[str, Saved]) -> None:
        """Registrations in any order, each step some time after its own Check."""
        waiting: list[Callable[[], None]] = []
        try:
            for address in self._registered():
                waiting.append(self._begin(address, self._named[address], olds.get(address)))
                while waiting and self._chance.random() < 0.5:
                    self._any(waiting)()
            if self._run.neighbour_fails:
                self._fail("neighbour", "it failed")
            while waiting:
                self._any(waiting)()
        except _Stop:
            self._end_what_began(waiting)
            raise

    def _registered(self) -> list[str]:
        """The declared resources that the engine looks at; a failing neighbour keeps some from it."""
        addresses = self._shuffled(list(self._named))
        looked_at = [one for one in addresses if not self._left_out(one)]
        if self._run.neighbour_fails:
            looked_at = [one for one in looked_at if not self._named[one].after_neighbour]
            if not self._run.keep_going:
                looked_at = looked_at[: self._chance.randint(0, len(looked_at))]
        self._result.left_out = {self._named[one].serial.lower() for one in addresses if one not in looked_at}
        return looked_at

    def _any(self, waiting: list[Callable[[], None]]) -> Callable[[], None]:
        return waiting.pop(self._chance.randrange(len(waiting)))

    def _end_what_began(self, waiting: Sequence[Callable[[], object]]) -> None:
        """An error stops what has not begun; what runs beside it ends."""
        for step in waiting:
            if self._chance.random() < 0.5:
                with suppress(_Stop):
                    step()

    def _begin(self, address: str, record: Record, old: Saved | None) -> Callable[[], None]:
        """Check and Diff; returns the step that is to run."""
        process = self._process(record.provider)
        replacing = old is not None and (address in self._replace or old.tainted)
        news = {**inputs(record), **PROVIDER}
        olds = {} if old is None or replacing else old.inputs
        self._note("Check", address)
        checked, failures = process.check(olds, news)
        if failures:
            self._fail(address, "; ".join(failures), record.pair, stop=True)
        if old is None:
            return lambda: self._create(address, record, checked, None)
        if replacing:
            return lambda: self._create(address, record, checked, old)
        self._note("Diff", address)
        changes, replaces, delete_first = process.diff(old.values["serial_number"], old.values, checked)
        if replaces and delete_first:
            return lambda: self._delete_then_create(address, record, checked, old)
        if replaces:
            process.check({}, news)
            return lambda: self._create(address, record, checked, old)
        if not changes:
            return lambda: self._same(address, record, old, checked)
        return lambda: self._update(address, record, old, checked)

    def _same(self, address: str, record: Record, old: Saved, checked: Values) -> None:
        self._put(old, self._saved(address, record, old.values, checked))

    def _create(self, address: str, record: Record, checked: Values, old: Saved | None) -> None:
        self._note("Create", address)
        outs = self._try(address, record.pair, record.provider, lambda p: p.create(checked))
        if outs is None:
            return
        if old is not None:
            self._put(old, replace(old, old=True, tainted=False))
        self._engine.state.append(self._saved(address, record, outs, checked))
        self._touched.append(self._engine.state[-1])

    def _update(self, address: str, record: Record, old: Saved, checked: Values) -> None:
        self._note("Update", address)
        serial = old.values["serial_number"]
        outs = self._try(address, record.pair, record.provider, lambda p: p.update(serial, old.values, checked))
        if outs is not None:
            self._put(old, self._saved(address, record, outs, checked))

    def _delete_then_create(self, address: str, record: Record, checked: Values, old: Saved) -> None:
        if self._delete(old):
            self._create(address, record, checked, None)

    def _delete_all(self, gone: list[Saved]) -> None:
        """Deletes in any order, together."""
        wanted = [saved for saved in self._shuffled(gone) if not self._left_out(saved.address)]
        waiting: list[Callable[[], object]] = [partial(self._delete, saved) for saved in wanted]
        try:
            while waiting:
                waiting.pop(0)()
        except _Stop:
            self._end_what_began(waiting)
            raise

    def _delete(self, saved: Saved) -> bool:
        if saved.protect and not saved.old:
            self._fail(saved.address, "protected", keep=True)
            return False
        if not saved.retain:
            self._note("Delete", saved.address)
            serial = saved.values["serial_number"]
            done = self._try(
                saved.address, saved.pair, saved.provider, lambda p: p.delete(serial, saved.values), removal=True
            )
            if done is None:
                return False
        self._engine.state = [one for one in self._engine.state if one is not saved]
        return True

    def _refresh(self) -> None:
        """Read and Diff of everything in the state, removed lines included."""
        for saved in self._shuffled(self._engine.state):
            if self._left_out(saved.address):
                continue
            self._note("Read", saved.address)
            serial = saved.values["serial_number"]
            read = partial(PulumiProcess.read, serial=serial, props=saved.values)
            outs = self._try(saved.address, saved.pair, saved.provider, read)
            if outs is not None:
                self._process(saved.provider).diff(serial, outs, saved.inputs)
                self._put(saved, replace(saved, values=outs))
        if self._result.errors:
            raise _Stop

    def _try(
        self,
        address: str,
        pair: tuple[str, str],
        provider: str,
        verb: Callable[[PulumiProcess], Values],
        *,
        removal: bool = False,
    ) -> Values | None:
        """Run a step; None when it failed and the operation goes on all the same."""
        if provider in self._dead:
            self._fail(address, "the provider is gone", pair, removal=removal)
            return None
        try:
            return verb(self._process(provider))
        except ProviderError as fault:
            self._fail(address, str(fault), pair, removal=removal)
        except Killed:
            if self._run.kill and self._run.kill.victim == "CLI":
                raise
            self._dead.add(provider)
            self._result.killed = True
            self._fail(address, "the provider was killed", pair, removal=removal)
        except Exception as fault:
            raise Crash(f"{type(fault).__name__}: {fault}") from fault
        return None

    def _fail(
        self,
        address: str,
        sentence: str,
        pair: tuple[str, str] | None = None,
        *,
        stop: bool = False,
        keep: bool = False,
        removal: bool = False,
    ) -> None:
        self._result.errors.append(f"{address}: {sentence}")
        if pair and removal:
            self._result.refused.append((pair, sentence))
        elif pair:
            self._result.failed.append((pair, self._engine.moment()))
        if stop or not (keep or self._run.keep_going):
            raise _Stop

    def _put(self, old: Saved, new: Saved) -> None:
        self._engine.state = [new if one is old else one for one in self._engine.state]
        self._touched.append(new)

    def _saved(self, address: str, record: Record, outs: Values, checked: Values) -> Saved:
        return Saved(
            address,
            {**outs, **PROVIDER},
            checked,
            record.provider,
            protect=record.protect,
            retain=record.retain,
            guard=record.guard,
        )

    def _process(self, provider: str) -> PulumiProcess:
        if provider not in self._processes:
            self._processes[provider] = PulumiProcess(config(self._program))
        return self._processes[provider]

    def _left_out(self, address: str) -> bool:
        return bool(self._target) and address not in self._target

    def _shuffled(self, items: list[Any]) -> list[Any]:
        return self._chance.sample(items, len(items)) if self._run.order else list(items)

    def _note(self, verb: str, address: str) -> None:
        self._result.trace.append(f"{verb} {address}")


def config(program: Program) -> Values:
    """The stack's configuration."""
    limit = {} if program.max_removals is None else {"mfa:maxRemovals": str(program.max_removals)}
    return {"aws:region": "us-east-1", **limit}


def inputs(record: Record) -> Values:
    """What the program gives the resource."""
    sources = {"seed": f"env:{SEED_VARIABLE}", "unset": f"env:{UNSET_VARIABLE}"}
    given = {
        "user_name": record.holder,
        "serial_number": record.serial,
        "seed_source": sources.get(record.enabler),
        "renew": record.renew or None,
        "require_active": record.require_active or None,
        "on_last_device": record.guard if record.guard != "warn" else None,
        "role_arn": f"arn:aws:iam::{OTHER}:role/x" if record.foreign_role else None,
    }
    return {name: value for name, value in given.items() if value is not None}
