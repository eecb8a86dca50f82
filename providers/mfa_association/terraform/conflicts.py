"""Devices that one plan both takes away and declares, for the same holder.

Terraform orders nothing between two addresses: what is declared again could be deactivated last, and neither a plan nor
an apply can tell (each hears of the other address too late, or never). So such a plan is refused, once.
At one address it destroys before it creates (``-replace``, a tainted resource): what is planned so carries ``RECREATE_MARKER`` in
its private data, by which the destroy knows that the device stays.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any, Final, Literal, final

from mfa_association.engine import props
from mfa_association.engine.inputs import is_unknown
from mfa_association.errors import MfaError
from mfa_association.terraform.association import import_id
from mfa_association.terraform.diagnostics import warn

RECREATE_MARKER: Final = b"again"

PlannedAction = Literal["seen", "stays", "comes", "goes"]
"""In the state; planned to stay, to be created, to be destroyed or replaced."""

Met = Literal["nothing", "itself", "a conflict"]
"""What a plan meets: nothing of note, the same device as a record that stays or is replaced, or a refused one."""


@final
class DestroyCreateConflict(MfaError):
    """One plan destroys a device at one address and declares it at another."""

    def __init__(self, serial_number: str, holder: str, import_id: str) -> None:
        super().__init__(
            f"planning MFA device ({serial_number}) of user ({holder}): it is destroyed at one address and declared at "
            "another, and Terraform may destroy it last; nothing was changed. If the resource was renamed, add a moved "
            f"block. Otherwise `terraform state list -id={serial_number}` shows its addresses: run `terraform state rm` "
            "for the one that this plan destroys or replaces (for a deposed object, then "
            f"`terraform import ADDRESS {import_id}`), and plan again"
        )


class DestroyCreateConflicts:
    """What one process plans for each device and holder. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: defaultdict[tuple[str, str], set[PlannedAction]] = defaultdict(set)
        self._refused = False

    def add(self, values: dict[str, Any], action: PlannedAction) -> Met:
        """Note what is planned for a device. Raises ``DestroyCreateConflict`` for the first one, and warns of all others."""
        if any(is_unknown(values.get(name)) for name in ("serial_number", "user_name", "root_account_id")):
            return "nothing"
        serial_number, holder = values["serial_number"], props.holder(values)
        with self._lock:
            actions = self._actions[serial_number.lower(), holder.lower()]
            known = bool(actions & {"seen", "stays"})
            actions.add(action)
            conflicts = action != "seen" and "goes" in actions and bool(actions & {"comes", "stays"})
            first = conflicts and not self._refused
            self._refused |= conflicts
        if first:
            raise DestroyCreateConflict(serial_number, holder, import_id(values))
        if conflicts:
            warn(f"more devices are destroyed at one address and declared at another: {serial_number} of {holder}")
            return "a conflict"
        return "itself" if action == "comes" and known else "nothing"
