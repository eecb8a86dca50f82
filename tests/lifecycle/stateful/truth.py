"""The model: who holds what, and what must come of each verb by the tables of docs/contract.md.

It knows neither botocore nor the sandbox. An outcome is the name of the error, or ``ok`` with the association's
``active``; the model has already become what AWS must look like afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from mfa_association.validation import OnLastDevice

QUOTA = 2
Way = Literal["none", "seed", "codes", "wrong"]


@dataclass(eq=False)
class Person:
    """One IAM user; a new user of an old name is another person."""

    user_id: str
    name: str
    password: bool = False


@dataclass(frozen=True)
class Line:
    """One association in an engine's state."""

    user_name: str
    serial: str
    active: bool
    user_id: str | None
    since: str | None = None
    mode: OnLastDevice = "warn"


class Outcome(NamedTuple):
    """``error`` is an exception's class name; ``line`` what the state holds afterwards, None: nothing more.

    ``case`` names a row of the contract, so that the steps can be seen to have met it.
    """

    error: str | None = None
    line: Line | None = None
    told: tuple[str, ...] = ()
    case: str = ""


@dataclass
class Truth:
    """Users by name, the devices that exist with their holders, and the dates at which IAM enabled them."""

    people: dict[str, Person] = field(default_factory=dict)
    held: dict[str, Person | None] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)

    def devices(self, person: Person) -> list[str]:
        return [serial for serial, holder in self.held.items() if holder is person]

    def take(self, serial: str) -> None:
        """Nobody holds it; a FIDO key is gone with that."""
        self.held[serial] = None
        if "u2f/" in serial:
            del self.held[serial]

    def _has(self, name: str, serial: str) -> bool:
        return name in self.people and self.held.get(serial) is self.people[name]

    def _now_held(self, line: Line, name: str) -> Outcome:
        return Outcome(None, replace(line, user_name=name, active=True, user_id=self.people[name].user_id))

    def bind(self, line: Line, way: Way) -> Outcome:
        """Create: adopt, enable or record."""
        if line.user_name not in self.people:
            return Outcome("UserMissing")
        if self._has(line.user_name, line.serial):
            return self._now_held(line, line.user_name)
        return self._record(line) if way == "none" else self._enable(line, way)

    def _record(self, line: Line) -> Outcome:
        """IAM shows of virtual devices only whether they exist and who holds them."""
        if ":mfa/" in line.serial and line.serial not in self.held:
            return Outcome("DeviceMissing")
        if ":mfa/" in line.serial and self.held[line.serial]:
            return Outcome("HeldByAnother")
        person = self.people[line.user_name]
        told = (f"{line.user_name} does not hold {line.serial} yet",)
        return Outcome(None, replace(line, active=False, user_id=person.user_id), told)

    def _enable(self, line: Line, way: Way) -> Outcome:
        person = self.people[line.user_name]
        if line.serial not in self.held:
            return Outcome("DeviceMissing")
        if self.held[line.serial]:
            return Outcome("HeldByAnother")
        if len(self.devices(person)) >= QUOTA:
            return Outcome("LimitExceeded")
        if way == "wrong":
            return Outcome("InvalidAuthenticationCode")
        self.held[line.serial] = person
        return self._now_held(line, line.user_name)

    def find(self, line: Line) -> Outcome:
        """Read: the truth, never "gone"; no stranger is believed."""
        holder = self.held.get(line.serial)
        if holder is None:
            return Outcome(None, replace(line, active=False))
        if not self._has(line.user_name, line.serial):
            return self._find_elsewhere(line, holder)
        as_saved = line.active and line.since == self.since[line.serial]
        if not as_saved and line.user_id not in (None, holder.user_id):
            return Outcome(None, replace(line, active=False), ("another user is called",), "a new user")
        kept = replace(line, active=True)
        return Outcome(None, kept if line.user_id else replace(kept, user_id=holder.user_id))

    def _find_elsewhere(self, line: Line, holder: Person) -> Outcome:
        lost = replace(line, active=False)
        if ":mfa/" not in line.serial:
            return Outcome(None, lost)
        if holder.user_id == line.user_id:
            still = replace(line, active=True)
            return Outcome(None, still, (f"is now called {holder.name} and still holds",), "renamed")
        return Outcome(None, lost, (f"but held by {holder.name}",), "in other hands")

    def move(self, line: Line, new: str, way: Way) -> Outcome:
        """Update to another holder: adopt, or check everything, deactivate, enable."""
        if new not in self.people:
            return Outcome("UserMissing")
        if self._has(new, line.serial) or not self._has(line.user_name, line.serial):
            return self.bind(replace(line, user_name=new), way)
        if "u2f/" in line.serial or way == "none":
            return Outcome("MoveRefused")
        if self._is_somebody_new(line):
            return Outcome("HeldByAnother", told=("stays as it is",), case="a new user's device")
        refusal = self._deactivate(line, self.people[line.user_name])
        if refusal.error:
            return refusal
        if len(self.devices(self.people[new])) >= QUOTA:
            return self._full(line, way)._replace(told=refusal.told)
        if way == "wrong":
            return Outcome("MoveBroken")
        return self.bind(replace(line, user_name=new), way)._replace(told=refusal.told)

    def _full(self, line: Line, way: Way) -> Outcome:
        """The new holder has no room: the codes that IAM would take bring the device back to the old one."""
        if way == "wrong":
            return Outcome("MoveBroken")
        self.held[line.serial] = self.people[line.user_name]
        return Outcome("MoveTakenBack")

    def renew(self, line: Line, way: Way) -> Outcome:
        """A new ``renew`` value: enable, or resync."""
        if way == "none":
            return Outcome("RenewRefused")
        if way == "wrong" and self._has(line.user_name, line.serial):
            return Outcome("InvalidAuthenticationCode")
        return self.bind(line, way)

    def unbind(self, line: Line) -> Outcome:
        """Delete: the saved pair, or the same user under a new name; never anybody else."""
        holder = self.held.get(line.serial)
        if self._has(line.user_name, line.serial):
            if self._is_somebody_new(line):
                return Outcome(told=("stays as it is",), case="a new user's device")
            return self._deactivate(line, self.people[line.user_name])
        if holder is None or ":mfa/" not in line.serial:
            return Outcome()
        if holder.user_id == line.user_id:
            done = self._deactivate(line, holder)
            return done._replace(told=(f"is now called {holder.name}: deactivating", *done.told), case="renamed")
        return Outcome(told=(f"is now assigned to {holder.name} and was not changed",), case="in other hands")

    def _is_somebody_new(self, line: Line) -> bool:
        """Whether a new user of the old name registered the device since."""
        holder = self.held[line.serial]
        since = line.since == self.since[line.serial]
        return holder is not None and not since and line.user_id not in (None, holder.user_id)

    def _deactivate(self, line: Line, person: Person) -> Outcome:
        last = self.devices(person) == [line.serial]
        if last and line.mode == "refuse" and person.password:
            return Outcome("LastDevice")
        self.take(line.serial)
        return Outcome(told=("it is the last MFA device",) if last and line.mode != "allow" else ())
