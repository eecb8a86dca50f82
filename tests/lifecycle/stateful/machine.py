"""Random steps: what code does, what happens outside of it, and trouble on the way; each compared with the model."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from mfa_association import lifecycle
from mfa_association.validation import OnLastDevice
from tests.lifecycle.stateful import outside
from tests.lifecycle.stateful.base import KEY, KINDS, PHONE, SPARE, TOKEN, Base, saved
from tests.lifecycle.stateful.direct import ACCOUNT
from tests.lifecycle.stateful.truth import Line, Outcome, Way

modes = st.sampled_from(["refuse", "warn", "allow"])
ways = st.sampled_from(["none", "seed", "seed", "codes", "codes", "wrong"])
TROUBLES: tuple[dict[str, Any] | None, ...] = (
    *(None, None, None, None),
    {"drop": True},
    {"drop": True, "when": "after"},
    {"error": "ServiceFailure", "when": "after"},
    {"error": "ConcurrentModification", "times": 2},
)
troubles = st.sampled_from(TROUBLES)


class Machine(Base):
    """One account with four names, four devices of three kinds, and one engine's state."""

    @initialize()
    def begin(self) -> None:
        for serial, name in ((PHONE, "alice"), (SPARE, "alice"), (TOKEN, "bob")):
            outside.let(self, ("exist", serial))
            if name not in self.truth.people:
                outside.let(self, ("appear with a password", name))
            outside.let(self, ("hold", serial, name))
        self.step("beginning")
        for line in (Line("alice", PHONE, False, None, mode="refuse"), Line("bob", TOKEN, False, None)):
            wanted = self.declared(line, "none")
            self.compare("bind", line, self.truth.bind(line, "none"), partial(lifecycle.create, self.run(None), wanted))

    # What code does

    @precondition(lambda self: len(self.state) < len(KINDS))
    @rule(data=st.data(), way=ways, mode=modes, trouble=troubles)
    def bind(self, data: Any, way: Way, mode: OnLastDevice, trouble: Any) -> None:
        serial = data.draw(st.sampled_from(sorted(KINDS.keys() - self.state.keys())))
        line = Line(data.draw(self.anybody()), serial, False, None, mode=mode)
        way = "none" if serial == KEY else way
        run, wanted = self.run(trouble), self.declared(line, way)
        expected = self.truth.bind(line, way)
        self.compare("bind", line, expected, lambda: lifecycle.create(run, wanted))

    @precondition(lambda self: self.state)
    @rule(data=st.data())
    def find(self, data: Any) -> None:
        line, run = self.pick(data), self.run(None)
        self.compare("find", line, self.truth.find(line), lambda: lifecycle.read(run, saved(line)))

    @precondition(lambda self: self.state)
    @rule(data=st.data(), way=ways, trouble=troubles)
    def move(self, data: Any, way: Way, trouble: Any) -> None:
        line = self.pick(data)
        new = data.draw(self.anybody(but=line.user_name))
        way = "none" if line.serial == KEY else way
        run, wanted = self.run(trouble), self.declared(replace(line, user_name=new), way)
        expected = self.truth.move(line, new, way)
        self.compare("move", line, expected, lambda: lifecycle.move(run, saved(line), wanted, line.mode))

    @precondition(lambda self: self.state.keys() - {KEY})
    @rule(data=st.data(), way=ways, trouble=troubles)
    def renew(self, data: Any, way: Way, trouble: Any) -> None:
        line = self.pick(data, but=KEY)
        run, wanted = self.run(trouble if way == "seed" else None), self.declared(line, way)
        expected = self.truth.renew(line, way)
        self.compare("renew", line, expected, lambda: lifecycle.renew(run, saved(line), wanted))

    @precondition(lambda self: self.state)
    @rule(data=st.data(), trouble=troubles)
    def unbind(self, data: Any, trouble: Any) -> None:
        line, run = self.pick(data), self.run(trouble)
        expected = self.truth.unbind(line)
        self.compare("unbind", line, expected, lambda: lifecycle.delete(run, saved(line), line.mode))

    @precondition(lambda self: len(self.state) > 2)
    @rule(limit=st.sampled_from([None, 0, 1, 2]))
    def leave_together(self, limit: int | None) -> None:
        """Every line goes in one run: the second of a user is the last, and the limit counts what was really held."""
        run = self.run(None, max_removals=limit)
        for line in list(self.state.values()):
            held = dict(self.truth.held)
            expected = self.truth.unbind(line)
            if limit is not None and self.truth.held != held:
                limit -= 1
                if limit < 0:
                    self.truth.held, expected = held, Outcome("TooManyRemovals")
            self.compare("unbind", line, expected, partial(lifecycle.delete, run, saved(line), line.mode))

    @precondition(lambda self: self.state)
    @rule(data=st.data())
    def rename_the_resource(self, data: Any) -> None:
        """The same device under another resource name: created, then deleted, in one process."""
        line, run = self.pick(data), self.run(None)
        expected = self.truth.bind(line, "none")
        self.compare("bind", line, expected, lambda: lifecycle.create(run, self.declared(line, "none")))
        kept = Outcome("DeclaredButFailed") if expected.error else Outcome(None, self.state[line.serial])
        self.compare("unbind", line, kept, lambda: lifecycle.delete(run, saved(line), line.mode))

    # What happens outside of it

    @rule(data=st.data())
    def outside(self, data: Any) -> None:
        """Anything that is possible now, every kind of it equally often; mostly to a line that is declared."""
        self.focus = data.draw(st.sampled_from(["", *sorted(self.state)]))
        possible = outside.events(self.truth, self.state.get(self.focus))
        kind = data.draw(st.sampled_from(sorted(possible)))
        outside.let(self, data.draw(st.sampled_from(possible[kind])))
        self.step(kind)

    # After every step

    @invariant()
    def aws_is_as_the_model_says(self) -> None:
        real = {serial: who for who, held in self.box.app.control.holders(ACCOUNT).items() for serial in held}
        assert real == {serial: person.name for serial, person in self.truth.held.items() if person}
