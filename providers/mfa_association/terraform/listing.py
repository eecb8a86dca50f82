"""The list resource ``mfa_device_association``: what ``terraform query`` finds in an account, ready to be imported."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mfa_association.engine import props
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Association
from mfa_association.lifecycle.refusals import NothingToImport, WrongAccount
from mfa_association.terraform import association
from mfa_association.terraform.diagnostics import warn
from mfa_association.validation import SerialNumber, listed_serial_number, parse_serial_number, same

if TYPE_CHECKING:
    from mfa_association.inventory.snapshot import Snapshot
    from mfa_association.terraform.connection import Connection

State = dict[str, Any]


class NoSuchUser(MfaError):
    """The user whose devices are asked for."""

    def __init__(self, user_name: str, account_id: str) -> None:
        super().__init__(
            f"listing the MFA devices of user ({user_name}): there is no such user in account {account_id}; "
            "check the name and the account"
        )


def devices(connection: Connection, config: State, limit: int) -> list[State]:
    """The state that an import of each device would bring, at most ``limit`` of them (0: all).

    What cannot be listed is warned of. Raises ``AwsError`` or ``NoSuchUser``.
    """
    wanted = config.get("user_name")
    found = _snapshot(connection, (wanted,) if wanted else ())
    for name in found.missing:
        raise NoSuchUser(name, found.account_id)
    for sentence in found.unread:
        warn(sentence)
    states = list(_states(found))
    if 0 < limit < len(states):
        warn(
            f"listing the MFA devices of the account: {len(states)} are held, the first {limit} are listed; a larger "
            "limit lists more"
        )
        return states[:limit]
    return states


def display_name(state: State) -> str:
    """How an engine shows a device that it lists."""
    return f"{state['user_name']}: {parse_serial_number(state['serial_number']).name}"


class Holders:
    """Who holds a device that is named alone: by one walk for all that are imported by their identities."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._found: Snapshot | None = None

    def of(self, serial: SerialNumber, account_id: str | None = None) -> str:
        """The user that holds it. What was not read is warned of.

        Raises ``AwsError``, ``WrongAccount``, or ``NothingToImport`` when no user does.
        """
        with self._lock:
            if self._found is None:
                self._found = _snapshot(self._connection)
        if account_id not in (None, self._found.account_id):
            raise WrongAccount(serial, str(account_id), self._found.account_id)
        for sentence in self._found.unread:
            warn(sentence)
        for user in self._found.users:
            if any(same(device.serial_number, serial.text) for device in user.devices):
                return user.name
        raise NothingToImport(serial, "no user is seen to hold it", "import what is held only")


def _snapshot(connection: Connection, names: tuple[str, ...] = ()) -> Snapshot:
    from mfa_association.aws.reader import Reader
    from mfa_association.inventory.walk import take

    return take(Reader(connection.settings(None), connection.config.limits), names)


def _states(found: Snapshot) -> Iterator[State]:
    for root in found.roots:
        if root.devices:
            account = root.root_account_id
            warn(
                "listing the MFA devices of the account: the root user's devices are left out; "
                f"import them as root:{account}/SERIAL"
            )
    for user in found.users:
        for device in user.devices:
            serial = listed_serial_number(device.serial_number)
            if not serial.kind.is_declarable:
                warn(
                    f"listing the MFA devices of the account: {serial.text} of {user.name} is left out: "
                    "it cannot be declared"
                )
                continue
            held = Association(user.name, serial, True, found.account_id, device.enable_date or None, user.user_id)
            yield association.state(props.outputs({}, held), association.IMPORTED)
