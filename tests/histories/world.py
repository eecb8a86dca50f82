"""What stands around the code under test: the model of AWS instead of boto3, a clock of its own, a lock folder of its own."""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from mfa_association.engine import contexts
from mfa_association.lifecycle import AccountContext as AccountRun
from mfa_association.lifecycle import Clock, locks
from mfa_association.lifecycle.locks import _open_folder
from mfa_association.terraform import diagnostics
from tests.histories.account import SEED, Account
from tests.histories.history import Run
from tests.histories.iam import ModelIam
from tests.histories.program import OTHER
from tests.histories.trouble import Disturbed

SEED_VARIABLE, UNSET_VARIABLE = "HISTORIES_SEED", "HISTORIES_UNSET"
OVERRIDES = ("MFA_ASSOCIATION_ON_LAST_DEVICE", "MFA_ASSOCIATION_MAX_REMOVALS", "MFA_ASSOCIATION_CODES")


@dataclass
class World:
    """One account and the empty one beside it."""

    account: Account = field(default_factory=Account.company)
    other: Account = field(default_factory=lambda: Account(OTHER))
    folder: Path = field(default_factory=Path)
    open_folders: list[int] = field(default_factory=list)
    """What a process has open until it ends."""

    def disturbed(self, run: Run) -> Disturbed:
        """One run's trouble, while the block lasts."""
        return Disturbed(self.account, run)

    def happened(self) -> dict[str, str]:
        """Something was done to the account: nothing more is to do."""
        return {}

    def sleep(self, seconds: float) -> None:
        """Time passes within a run."""
        self.account.now += seconds
        self.account.on_sleep()

    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.account.now,
            sleep=self.sleep,
            random=lambda: 1.0,
            now=lambda: datetime.fromtimestamp(self.account.now, timezone.utc),
        )

    def iam(self, settings: Any) -> ModelIam:
        foreign = any(OTHER in role.arn for role in settings.roles)
        return ModelIam(self.other if foreign else self.account)

    def open_lock_folder(self) -> int:
        """As the code under test does it, but closed with the history: thousands of its processes are one here."""
        self.open_folders.append(_open_folder())
        return self.open_folders[-1]

    def forget_removals(self) -> None:
        """More time passed than the machine remembers removals for: what is real time to it is none to the model."""
        for path in self.folder.iterdir():
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def model_world() -> Iterator[World]:
    """A world in which the code under test finds the model wherever it looks for AWS."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir=_memory()) as folder:
        world = World(folder=Path(folder))
        patch.setattr(contexts, "open_session", lambda settings: settings)
        patch.setattr(contexts, "Iam", world.iam)
        patch.setattr(contexts, "AccountContext", functools.partial(AccountRun, clock=world.clock()))
        patch.setattr(locks, "_open_folder", world.open_lock_folder)
        patch.setattr(diagnostics, "log", lambda _level, _message: None)
        patch.setattr(sys, "tracebacklimit", 1000, raising=False)
        patch.setenv("XDG_STATE_HOME", folder)
        patch.setenv(SEED_VARIABLE, SEED.base32)
        for name in (UNSET_VARIABLE, *OVERRIDES):
            patch.delenv(name, raising=False)
        try:
            yield world
        finally:
            for descriptor in world.open_folders:
                os.close(descriptor)


def _memory() -> str | None:
    return "/dev/shm" if os.path.isdir("/dev/shm") else None
