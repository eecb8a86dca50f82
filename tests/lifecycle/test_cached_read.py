"""One look for all who ask, one at a time, and never an older one than was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mfa_association.lifecycle.directory import CachedRead
from mfa_association.lifecycle.ledger import Ledger

THREADS = 8


class Look:
    """Counts, and can be held up while it is under way."""

    def __init__(self) -> None:
        self.count = 0
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self) -> int:
        self.count += 1
        found = self.count
        self.begun.set()
        self.go_on.wait(10)
        return found

    def shared(self, ledger: Ledger | None = None) -> CachedRead[int]:
        return CachedRead(self, ledger or Ledger(), lambda: 0.0)


def _while_under_way(look: Look, shared: CachedRead[int], meanwhile: Callable[[ThreadPoolExecutor], Any]) -> Any:
    """What comes of questions that are asked while the first look is under way."""
    look.go_on.clear()
    with ThreadPoolExecutor(THREADS + 1) as threads:
        first = threads.submit(shared.get)
        look.begun.wait(10)
        asked = meanwhile(threads)
        time.sleep(0.1)
        look.go_on.set()
        assert first.result(10) == 1
        return [question.result(10) for question in asked]


def test_who_asks_meanwhile_waits_for_the_look_under_way() -> None:
    look = Look()
    shared = look.shared()
    told = _while_under_way(look, shared, lambda threads: [threads.submit(shared.get) for _ in range(THREADS)])
    assert (told, look.count) == ([1] * THREADS, 1)


def test_a_fresh_look_begins_after_the_question_and_serves_all_who_asked_before_it() -> None:
    look = Look()
    shared = look.shared()
    told = _while_under_way(
        look, shared, lambda threads: [threads.submit(shared.get, fresh=True) for _ in range(THREADS)]
    )
    assert (told, look.count) == ([2] * THREADS, 2)


def test_a_look_that_a_write_overtook_serves_nobody_else() -> None:
    look, ledger = Look(), Ledger()
    shared = look.shared(ledger)

    def write_and_ask(threads: ThreadPoolExecutor) -> list[Any]:
        ledger.invalidate_caches()
        return [threads.submit(shared.get) for _ in range(THREADS)]

    assert (_while_under_way(look, shared, write_and_ask), look.count) == ([2] * THREADS, 2)


def test_a_search_looks_once_for_what_is_not_there_and_again_only_if_the_look_was_old() -> None:
    look = Look()
    shared = look.shared()
    assert (shared.search(lambda _: None), look.count) == (None, 1)
    assert (shared.search(lambda found: found), look.count) == (1, 1)
    assert (shared.search(lambda _: None), look.count) == (None, 2)
