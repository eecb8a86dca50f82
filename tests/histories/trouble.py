"""What goes wrong in a run: errors of single calls, lag, kills, and what happens in AWS in its pauses."""

from __future__ import annotations

from tests.histories.account import Account
from tests.histories.events import Touched, happen
from tests.histories.history import Run
from tests.histories.results import Killed

WRITES = ("EnableMFADevice", "DeactivateMFADevice")
_CODES = {"lost before": "Lost", "lost after": "Lost"}
LAG = 8.0


class Disturbed:
    """One run's trouble, while the block lasts. ``touched``: what its events did."""

    def __init__(self, account: Account, run: Run) -> None:
        self._account, self._run = account, run
        self._seen: dict[str, int] = {}
        self._writes = 0
        self._pause = list(run.pause)
        self.touched: list[Touched] = []

    def __enter__(self) -> Disturbed:
        self._account.on_call, self._account.on_sleep = self._call, self._sleep
        self._account.lag = LAG if self._run.lag else 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self._account.on_call, self._account.on_sleep = lambda _action, _after: None, lambda: None
        self._account.lag = 0.0

    def _call(self, action: str, after: bool) -> str | None:
        if not after:
            self._seen[action] = self._seen.get(action, 0) + 1
            self._writes += action in WRITES
        kill = self._run.kill
        if kill and action in WRITES and self._writes == kill.nth and after == kill.after:
            raise Killed
        for trouble in self._run.trouble:
            struck = trouble.nth <= self._seen[action] < trouble.nth + trouble.times
            if trouble.action == action and struck and after == (trouble.error == "lost after"):
                return _CODES.get(trouble.error, trouble.error)
        return None

    def _sleep(self) -> None:
        """One event a pause."""
        if self._pause:
            done = happen(self._account, self._pause.pop(0))
            if done:
                self.touched.append(done)
