"""kill -9 of a real engine's provider, or of the engine with all that it started, at a write."""

from __future__ import annotations

from collections.abc import Callable

from mfa_association.sandbox import Sandbox
from tests.histories.history import Kill
from tests.histories.trouble import WRITES
from tests.support.processes import Running


def play_killed(box: Sandbox, kill: Kill, start: Callable[[], Running]) -> tuple[str, int, bool]:
    """Start a command and kill when the write waits; what was said, the exit code, and whether it came to it."""
    for action in WRITES:
        box.fault(action, nth=kill.nth, delay=60, drop=True, when="after" if kill.after else "before")
    running = start()
    reached = running.comes_to(lambda: sum(box.waiting().values()) > 0)
    if reached and kill.victim == "CLI":
        running.kill_all()
    elif reached:
        running.kill_provider()
    box.clear_faults()
    code = running.end()
    return running.text, code, reached
