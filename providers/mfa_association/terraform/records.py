"""What the state says of each device and its holder, as far as an engine has shown it to this process."""

from __future__ import annotations

import threading
from typing import Any

from mfa_association.engine import props
from mfa_association.engine.inputs import is_unknown


class Records:
    """The newest record of each device and holder. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._saved: dict[tuple[str, str], dict[str, Any]] = {}

    def note(self, saved: dict[str, Any]) -> None:
        """Keep what the state says, or what a refresh made of it."""
        with self._lock:
            self._saved[_key(saved)] = saved

    def keeps_inactive(self, wanted: dict[str, Any]) -> bool:
        """Whether a new record takes over an inactive one of the same device and holder (rule 2): it arms nothing.

        A device that was deactivated outside is enabled again by a new ``renew`` only, whatever address declares it.
        """
        if any(is_unknown(wanted.get(name)) for name in ("serial_number", "user_name", "root_account_id", "renew")):
            return False
        saved = self._saved.get(_key(wanted))
        inactive = saved is not None and saved.get("active") is False
        return inactive and wanted.get("renew") in (None, (saved or {}).get("renew"))


def _key(values: dict[str, Any]) -> tuple[str, str]:
    return str(values.get("serial_number")).lower(), props.holder(values).lower()
