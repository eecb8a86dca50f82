"""A history of tests/histories, reviewed before each of its runs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from mfa_association.review.classify import Context, classify
from mfa_association.review.parse import parse
from tests.histories.history import History, Run
from tests.histories.play import Story
from tests.histories.real_pulumi import RealPulumi
from tests.histories.real_terraform import RealTerraform
from tests.histories.results import Saved
from tests.histories.world import model_world
from tests.review.soundness.account import live
from tests.review.soundness.documents import pulumi_preview, terraform_plan
from tests.review.soundness.oracle import Pair, truth, unsound


@dataclass
class Reviewed(Story):
    """``assessed`` and ``failed``: clean runs whose review could say something, and could not."""

    unsound: list[str] = field(default_factory=list)
    assessed: int = 0
    failed: int = 0
    happened: int = 0
    """Devices that were taken or given in reviewed runs."""

    def _run(self, run: Run, **environment: str) -> bool:
        """Outside events within the run are none of the review's; nor is what an overridden guard lets through."""
        if run.pause or run.command == "refresh":
            return super()._run(run, **environment)
        account = self.world.account
        preview = parse(self._document(run), "infra/dev")
        told = None if preview.failure else live(preview, account)
        reports = {False: classify(preview), True: classify(preview, Context(told))}
        before, saved, others, start = self._aws(), self._saved(), self._others(), len(account.log)
        ended_clean = super()._run(run, **environment)
        if ended_clean:
            self.assessed += preview.failure is None
            self.failed += preview.failure is not None
        if preview.failure is None:
            # No document tells what a targeted run leaves out from what stays (docs/review.md).
            left_out = self.seen.result.left_out if self.seen else set()
            happened = truth(before, account.log[start:], left_out)
            self.happened += len(happened.takes) + len(happened.gives)
            for asked, report in reports.items():
                clean = ended_clean and not run.trouble and not run.kill and not run.lag
                for words in unsound(report, happened, live=asked, clean=clean, others=others, saved=saved):
                    self.unsound.append(f"round {self._round}, {'with' if asked else 'without'} --live: {words}")
        return ended_clean

    @property
    def _state(self) -> list[Saved]:
        engine: Any = self._engine
        return list(engine.state)

    def _document(self, run: Run) -> bytes:
        engine: Any = self._engine
        if isinstance(engine, (RealPulumi, RealTerraform)):
            return engine.preview(self._program, run)
        make = pulumi_preview if self.history.engine == "pulumi" else terraform_plan
        sleep, self.world.account.on_sleep = self.world.account.on_sleep, lambda: None
        now, length = self.world.account.now, len(self.world.account.log)
        try:
            return json.dumps(make(engine, self._program, run)).encode()
        finally:
            self.world.account.on_sleep, self.world.account.now = sleep, now
            del self.world.account.log[length:]

    def _saved(self) -> dict[Pair, str]:
        """The ids that the state has, by name and device."""
        return {(one.pair[1], one.pair[0]): str(one.values.get("user_id") or "") for one in self._state}

    def _others(self) -> set[Pair]:
        """Pairs beside which the state or the program has another device for the same name.

        A user is who has the name now, or whom the state means: without AWS's word nobody tells the two apart.
        """
        account, saved = self.world.account, self._saved()
        named = {*(one.pair for one in self._state), *self._program.pairs}
        ids = {name: user.id for name, user in account.users.items()}
        return {
            (user_id, serial)
            for serial, name in named
            for user_id in (ids.get(name, ""), saved.get((name, serial), ""))
            if any(other == name and another != serial for another, other in named)
        }


def play(history: History) -> Reviewed:
    """Play and review it."""
    with model_world() as world:
        story = Reviewed(history, world)
        story.play()
        return story
