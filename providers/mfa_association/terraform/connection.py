"""A configured provider: its settings, and the runs that it gives."""

from __future__ import annotations

from typing import Any

from mfa_association.aws.settings import Settings
from mfa_association.engine import config, runs
from mfa_association.engine.config import ProviderConfig
from mfa_association.engine.inputs import UNKNOWN
from mfa_association.engine.props import USUAL
from mfa_association.engine.runs import Runs
from mfa_association.errors import MfaError
from mfa_association.grammar import OnLastDevice
from mfa_association.lifecycle import LastDeviceGuard, Ledger, LockFiles, Run
from mfa_association.terraform.crossings import Crossings
from mfa_association.terraform.diagnostics import note, warn


class ArgumentFault(MfaError):
    """An argument of the provider block that cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        self.argument = key
        super().__init__(f"reading the provider configuration: {key} {rule}; nothing was changed, correct the argument")


class NotKnownYet(MfaError):
    """The provider block depends on what only the apply will tell."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(
            f"asking AWS: {', '.join(keys)} of the provider configuration is not known before the apply; nothing was "
            "looked at, give a known value, or apply what it depends on first"
        )


class Connection:
    """One configured provider. A new one for each ConfigureProvider, which an engine sends once a process."""

    def __init__(self, arguments: dict[str, Any] | None = None) -> None:
        arguments = arguments or {}
        self.unknown = sorted(key for key, value in arguments.items() if _holds_unknown(value))
        self._arguments = {key: value for key, value in arguments.items() if key not in self.unknown}
        self.config: ProviderConfig = config.read(self)
        self.crossings = Crossings()
        self.ledger = Ledger(LockFiles())
        self._runs = Runs(self.config.settings, self.config.limits, self.ledger, warn, note)

    def get(self, key: str) -> Any:
        """The value of an argument; none of one that is not known yet."""
        value = self._arguments.get(key)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def spelled(self, name: str) -> str:
        """As in the configuration."""
        return name

    def fault(self, key: str, rule: str) -> MfaError:
        """The error for an argument."""
        return ArgumentFault(key, rule)

    @property
    def defaults(self) -> dict[str, Any]:
        """What the provider says of removals, for the resources that say nothing; ``UNKNOWN`` until it is known."""
        unknown: dict[str, Any] = {key: UNKNOWN for key in USUAL if key in self.unknown}
        return {**self.config.defaults, **unknown}

    def run(self, bag: dict[str, Any]) -> Run:
        """The run of a resource. Raises ``MfaError``."""
        self._refuse()
        return self._runs.of(bag)

    def foreseeing(self, bag: dict[str, Any]) -> Run:
        """The run of a resource for looking ahead. Raises ``MfaError``."""
        self._refuse()
        return self._runs.foreseeing(bag)

    def settings(self, role_arn: str | None) -> Settings:
        """How to reach AWS for a data source. Raises ``MfaError``."""
        self._refuse()
        return self._runs.settings_of(role_arn)

    def guard(self, serial_number: str, saved: OnLastDevice) -> LastDeviceGuard:
        """The guard to obey now."""
        return runs.guard(serial_number, saved, warn)

    def _refuse(self) -> None:
        self.config.refuse_faults()
        if self.unknown:
            raise NotKnownYet(self.unknown)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN
