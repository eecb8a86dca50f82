"""A schedule played on a stack: several users and lines, one disturbed run after another."""

from __future__ import annotations

from typing import Any

from mfa_association.sandbox import Sandbox
from tests.support.processes import Running
from tests.support.programs import codes, deactivate, enable
from tests.support.stack import ACCOUNT

from .scene import BYSTANDERS, STEADY, WRITES, Changing, Ended, users
from .schedule import SERIALS, USERS, Change, Round, Schedule


class Story:
    """The stack as the schedule has it, and what must be true once a whole run has ended.

    It needs a minute for retryable errors, and some seconds for what is new.
    """

    def __init__(self, box: Sandbox, stack: Changing, schedule: Schedule) -> None:
        self.box, self.stack = box, stack
        self._others = box.holders(ACCOUNT)
        self._lines: dict[str, str | None] = {}
        self._changed: dict[str, set[str]] = {}
        box.add({"accounts": {ACCOUNT: _account()}})
        self._change([Change(serial, None, user) for serial, user in schedule.lines.items() if user])
        self.end_well()

    def play(self, drawn: Round) -> None:
        """Change the lines and run; what is not interrupted must end well whatever else goes wrong."""
        self._change(drawn.changes)
        for fault in drawn.faults:
            self.box.fault(**fault)
        self.box.throttle(drawn.rate, 3)
        self.box.lag(drawn.lag)
        if drawn.interruption:
            self._interrupted(drawn)
        else:
            self.end_well()
        self.calm()

    def end_well(self) -> Ended:
        """Recover as docs/reliability.md tells; then AWS and state must agree with the lines."""
        done = self.stack.recover("up", **self._codes())
        assert done.code == 0, done.text
        assert "Traceback" not in done.text
        self._check()
        return done

    def calm(self) -> None:
        """End all trouble."""
        self.box.clear_faults()
        self.box.throttle(None)
        self.box.lag(0)

    def _interrupted(self, drawn: Round) -> None:
        action, user, when = drawn.where
        self.stack.prepare("up", **self._codes())
        self.box.fault(action, user=user, when=when, delay=60, drop=drawn.interruption != "Ctrl-C")
        running = self.stack.start("up", **self._codes())
        if running.comes_to(self.box.waiting):
            self._interrupt(running, drawn)
        self.box.clear_faults()
        running.end()

    def _interrupt(self, running: Running, drawn: Round) -> None:
        if drawn.interruption == "kill the provider":
            running.kill_provider()
        elif drawn.interruption == "kill the CLI":
            running.kill_all()
        else:
            running.interrupt()
            running.wait_for_text(self.stack.interrupted)
        if drawn.interruption == "Ctrl-C twice":
            running.interrupt()

    def _change(self, changes: Any) -> None:
        for change in changes:
            if change.by_hand and change.before:
                deactivate(self.box, change.before, change.serial)
            if change.by_hand:
                enable(self.box, change.after, change.serial)
            self._lines[change.serial] = change.after
            self._changed.setdefault(change.serial, set()).update({change.before, change.after})
        self.stack.lines(steady=[STEADY], **self._held())

    def _codes(self) -> dict[str, str]:
        given = [codes(self.box, serial) for serial in self._changed if self._lines[serial]]
        return {"MFA_ASSOCIATION_CODES": " ".join(bag["MFA_ASSOCIATION_CODES"] for bag in given)} if given else {}

    def _held(self) -> dict[str, list[str]]:
        return {user: found for user in USERS if (found := [s for s in SERIALS if self._lines.get(s) == user])}

    def _check(self) -> None:
        """AWS, state and lines agree, nothing is left over, and no call meant a device or user that did not change."""
        held = {user: sorted(found) for user, found in self.box.holders(ACCOUNT).items()}
        assert held == {**self._others, **BYSTANDERS, **self._held()}
        outputs = self.stack.outputs().values()
        state = {bag["serial_number"]: (bag["user_name"], bag["active"]) for bag in outputs}
        declared = {serial: (user, True) for serial, user in self._lines.items() if user}
        assert state == {**declared, STEADY: ("steady", True)}
        assert (self.stack.pending(), self.stack.locks()) == ([], 0)
        for call in self.box.log():
            assert call.action not in WRITES or call.user in self._changed.get(str(call.serial), ()), call
        self._changed.clear()
        self.box.reset_calls()


def play(box: Sandbox, stack: Changing, seed: int, rounds: int) -> None:
    """Play so many rounds of a seed, each of which is told."""
    schedule = Schedule(seed)
    story = Story(box, stack, schedule)
    for number, drawn in enumerate(schedule.rounds(rounds), 1):
        print(f"round {number}: {drawn}")
        story.play(drawn)
    story.end_well()


def _account() -> dict[str, Any]:
    devices = [{"kind": "virtual", "name": serial.rpartition("/")[2]} for serial in SERIALS]
    return {"devices": devices, "users": {**users([]), **{user: {"password": True} for user in USERS}}}
