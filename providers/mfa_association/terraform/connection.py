"""A configured provider: its settings, and the runs that it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mfa_association.aws.settings import Settings
from mfa_association.engine import changes, config, contexts
from mfa_association.engine.config import ProviderConfig
from mfa_association.engine.contexts import AccountContexts
from mfa_association.engine.inputs import UNKNOWN, InputFault
from mfa_association.engine.repeats import Repeats
from mfa_association.errors import MfaError
from mfa_association.fields import DEFAULTS
from mfa_association.lifecycle import AccountContext, LastDeviceGuard, Ledger, LockFiles
from mfa_association.terraform.conflicts import DestroyCreateConflicts
from mfa_association.terraform.diagnostics import note, warn
from mfa_association.terraform.faults import ArgumentFault, NotKnownYet
from mfa_association.terraform.listing import Holders
from mfa_association.terraform.records import Records
from mfa_association.terraform.removals import Removals
from mfa_association.terraform.successors import Successors
from mfa_association.validation import OnLastDevice, SerialNumber

BRIDGE: Final = "pulumi-terraform-bridge"
"""What Pulumi's bridge gives as the version of Terraform; v3.136.0 gives it as the build of a version: ``1.0.0+...``."""


class Connection:
    """One configured provider. A new one for each ConfigureProvider, which an engine sends once a process.

    ``engine``: how it calls itself. Terraform and OpenTofu plan in one process and apply in another; Pulumi's bridge
    does both in one, and plans removed lines too.
    """

    def __init__(self, arguments: dict[str, Any] | None = None, engine: str = "") -> None:
        arguments = arguments or {}
        self.unknown = sorted(key for key, value in arguments.items() if _holds_unknown(value))
        self._arguments = {key: value for key, value in arguments.items() if key not in self.unknown}
        self.config: ProviderConfig = config.read(self)
        self.is_bridged = BRIDGE in engine
        self.is_planning = not self.is_bridged
        self.conflicts, self.records = DestroyCreateConflicts(), Records()
        self.removals, self.repeats = Removals(), Repeats()
        self.successors, self.holders = Successors(self), Holders(self)
        self.ledger = Ledger(LockFiles())
        self._foreseen = Ledger(monotonic=lambda: 0.0)  # no list ever shows what is only foreseen
        self._contexts = AccountContexts(self.config.settings, self.config.limits, self.ledger, warn, note)

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
        unknown: dict[str, Any] = {key: UNKNOWN for key in DEFAULTS if key in self.unknown}
        return {**self.config.defaults, **unknown}

    def context(self, values: dict[str, Any]) -> AccountContext:
        """The account context of a resource. Raises ``MfaError``."""
        self._refuse()
        return self._contexts.for_resource(values)

    def for_plan(self, values: dict[str, Any]) -> AccountContext:
        """The same context for a plan: what it counts as removed is only planned. Raises ``MfaError``."""
        return replace(self.context(values), ledger=self._foreseen)

    def settings(self, role_arn: str | None) -> Settings:
        """How to reach AWS for a data source. Raises ``MfaError``."""
        self._refuse()
        return self._contexts.settings_of(role_arn)

    def guard(self, serial: SerialNumber, saved: OnLastDevice) -> LastDeviceGuard:
        """The guard to obey now for a device."""
        return contexts.guard(serial, saved, warn)

    def declare(self, declared: dict[str, Any], faults: list[InputFault]) -> None:
        """Note what the program declares (rule 7): an engine asks for this check of declared resources alone."""
        failed = "; ".join(f"{fault.property} {fault.reason}".strip() for fault in faults)
        changes.declare(self.ledger, declared, failed or None)

    def remember(self, saved: dict[str, Any]) -> None:
        """What the state says of a device: a record that there is, and whether it is active."""
        if isinstance(saved.get("serial_number"), str):
            self.conflicts.add(saved, "seen")
            self.records.note(saved)

    def _refuse(self) -> None:
        self.config.refuse_faults()
        if self.unknown:
            raise NotKnownYet(self.unknown)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN
