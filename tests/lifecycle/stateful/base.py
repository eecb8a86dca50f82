"""What the steps stand on: a clock that only jumps, runs, and the comparison of what happened with the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from mfa_association.aws.iam import Iam
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext, Association, Clock, Declaration, Ledger, Limits
from mfa_association.lifecycle.model import rfc3339
from mfa_association.sandbox.accounts import SandboxDeviceKind
from mfa_association.totp import parse_seed
from tests.lifecycle.stateful.direct import ACCOUNT, Direct
from tests.lifecycle.stateful.truth import Line, Outcome, Truth, Way

SEED, WRONG = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", ("000000", "999999")
NAMES = ("alice", "bob", "carol", "dora")
PHONE, SPARE = (f"arn:aws:iam::{ACCOUNT}:mfa/{name}" for name in ("phone", "spare"))
TOKEN, KEY = "GAHT12345678", f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/key-A"
KINDS = {
    PHONE: SandboxDeviceKind.VIRTUAL,
    SPARE: SandboxDeviceKind.VIRTUAL,
    TOKEN: SandboxDeviceKind.HARDWARE,
    KEY: SandboxDeviceKind.FIDO,
}
WRITES = ("EnableMFADevice", "DeactivateMFADevice", "ResyncMFADevice")
BETWEEN = 90.0
"""Seconds between two steps: more than a pair of codes lasts, and than a device counts as just enabled."""


class Base(RuleBasedStateMachine):
    """``state`` is what an engine would have saved; ``truth`` what AWS must look like."""

    box: ClassVar[Direct]
    iam: ClassVar[Iam]
    steps: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.truth, self.state = Truth(), dict[str, Line]()
        self.focus = ""
        self.said, self.secrets = list[str](), {SEED}
        self.box.empty()
        self.moment = 1_767_225_610.0
        self.box.app.world.now = lambda: self.moment  # type: ignore[method-assign]

    def step(self, name: str) -> None:
        """Count a step that did something, and let time pass."""
        self.steps[name] += 1
        self.moment += BETWEEN
        self.truth.since = self.dates()

    def dates(self) -> dict[str, str]:
        """Since when the devices are held, as IAM tells it."""
        held = [device for device in self.box.account().devices.values() if device.enable_date is not None]
        moments = {one.serial: datetime.fromtimestamp(one.enable_date or 0, timezone.utc) for one in held}
        return {serial: rfc3339(moment) for serial, moment in moments.items()}

    def sleep(self, seconds: float) -> None:
        self.moment += seconds

    def pick(self, data: Any, but: str = "") -> Line:
        """One line of the state: the one to which something just happened, else any."""
        lines = sorted(self.state.keys() - {but})
        serial = self.focus if self.focus in lines else data.draw(st.sampled_from(lines))
        self.focus = ""
        return self.state[serial]

    def anybody(self, but: str = "") -> st.SearchStrategy[str]:
        """The name of a user, or now and then of nobody."""
        return st.sampled_from([*sorted(self.truth.people.keys() - {but}) * 3, *sorted({"zoe", *NAMES} - {but})[-2:]])

    def run(self, trouble: dict[str, Any] | None, **limits: Any) -> AccountContext:
        """A run of its own, as a new process has it; ``trouble`` strikes the next of each write."""
        for action in WRITES if trouble else ():
            self.box.app.control.fault(action=action, **(trouble or {}))
        clock = Clock(
            monotonic=lambda: self.moment,
            sleep=self.sleep,
            random=lambda: 1.0,
            now=lambda: datetime.fromtimestamp(self.moment, timezone.utc),
        )
        limits.setdefault("propagation", 0.0)
        return AccountContext(self.iam, Ledger(), Limits(**limits), clock, self.said.append, self.said.append)

    def declared(self, line: Line, way: Way) -> Declaration:
        """What the code says of a line, with what it gives to enable it."""
        wanted = Declaration(line.user_name, line.serial)
        if way == "seed":
            return replace(wanted, seed=parse_seed(SEED))
        if way == "codes" and line.serial in self.truth.held:
            first, second = self.box.app.control.codes(line.serial)
            self.secrets |= {first, second}
            return replace(wanted, codes=(first, second))
        return wanted if way == "none" else replace(wanted, codes=WRONG)

    def compare(self, verb: str, line: Line, expected: Outcome, act: Callable[[], object]) -> None:
        """Take a step of the code, and hold what comes of it against the model."""
        self.said.clear()
        error, found = None, None
        try:
            found = act()
        except MfaError as fault:
            error = type(fault).__name__
            self.said.append(str(fault))
        self.box.app.faults.clear()
        assert (verb, error) == (verb, expected.error), self.said
        self.step(": ".join(part for part in (verb, error or expected.case) if part))
        if error is None:
            self.save(line, expected.line, found)
        self.listen(expected)

    def save(self, line: Line, expected: Line | None, found: object) -> None:
        """What an engine keeps of an answer."""
        if expected is None:
            del self.state[line.serial]
            return
        expected = replace(expected, since=self.truth.since[line.serial] if expected.active else None)
        if isinstance(found, Association):
            assert found == saved(expected)
        self.state[line.serial] = expected

    def listen(self, expected: Outcome) -> None:
        """Everything that must be said was, and no secret."""
        for part in expected.told:
            assert any(part in message for message in self.said), (part, self.said)
        words = {word for message in self.said for word in re.findall(r"\w+", message)}
        assert not words & self.secrets


def saved(line: Line) -> Association:
    """The line as the lifecycle reads it from the state."""
    kind = Declaration(line.user_name, line.serial).kind
    return Association(line.user_name, line.serial, line.active, kind, ACCOUNT, line.since, line.user_id)
