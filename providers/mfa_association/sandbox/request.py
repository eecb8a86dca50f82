"""One call of an action, as the rules see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import User

from .accounts import Account, View
from .callers import Caller
from .world import SandboxState, user_of


@dataclass(frozen=True)
class Request:
    """An authorised call with checked parameters."""

    world: SandboxState
    caller: Caller
    params: Mapping[str, Any]

    @property
    def account(self) -> Account:
        """The account it acts on."""
        return self.caller.account

    @property
    def view(self) -> View:
        """The account as a read sees it."""
        return self.world.view(self.account)

    @property
    def serial(self) -> str:
        """The serial number it names."""
        return str(self.params["SerialNumber"])

    def target(self, view: View) -> User | None:
        """The user it is about: the one it names, or else the caller. None is the root user."""
        return user_of(self.caller, self.params.get("UserName"), view)


Result = Mapping[str, Any]
Action = Callable[[Request], Result]
