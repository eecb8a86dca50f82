"""A model of one AWS account: who holds which device, with IAM's rules, its log of calls, and its lagging lists.

No botocore, no socket, and a clock that only sleeping moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mfa_association.aws import errors
from mfa_association.aws.codes import CODES
from mfa_association.totp import STEP, Seed
from tests.histories.program import ACCOUNT, LINES, PHONE, USERS, virtual

SEED = Seed("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
START = 1_767_225_610.0
BYSTANDER, HERS = "erin", virtual("erin-phone")
MOST = 8


@dataclass(frozen=True)
class User:
    """A user; ``id`` stays through a rename."""

    name: str
    id: str
    password: bool = True


@dataclass(frozen=True)
class Device:
    """A device that exists; ``holder``: the id of a user."""

    serial: str
    holder: str | None = None
    enable_date: float | None = None
    step: int = 0
    """The last step of its codes that IAM accepted."""


@dataclass(frozen=True)
class Call:
    """A call as CloudTrail has it. ``holder``: the id of the device's holder before it; ``user_id``: whom it names."""

    action: str
    user: str | None
    serial: str | None
    error: str | None = None
    effect: bool = False
    holder: str | None = None
    user_id: str | None = None
    left: int = 0
    """How many devices the named user has after it."""


@dataclass(frozen=True)
class Snapshot:
    """What the lists show."""

    users: dict[str, User]
    devices: dict[str, Device]

    def held_by(self, user: User) -> list[Device]:
        """A user's devices."""
        return [device for device in self.devices.values() if device.holder == user.id]


@dataclass
class Account:
    """The account. ``on_call`` may raise, before and after the effect of each call: trouble, and kills."""

    id: str = ACCOUNT
    now: float = START
    lag: float = 0.0
    users: dict[str, User] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    log: list[Call] = field(default_factory=list)
    on_call: Callable[[str, bool], str | None] = lambda _action, _after: None
    on_sleep: Callable[[], None] = lambda: None
    _past: list[tuple[float, Snapshot]] = field(default_factory=list)
    _made: int = 0

    @classmethod
    def company(cls) -> Account:
        """The users and devices that all histories begin with: each line's holder has the device, but two have none."""
        account = cls()
        for name in (*USERS, BYSTANDER):
            account.create_user(name, password=name != "carol")
        for serial in (*LINES, HERS):
            account.devices[serial.lower()] = Device(serial)
        for serial, user in LINES.items():
            if serial.rpartition("/")[2] not in ("alice-spare", "dave-phone"):
                account.give(user, serial)
        account.give(BYSTANDER, HERS)
        return account

    # What happens in it.

    def create_user(self, name: str, *, password: bool = True) -> None:
        """A new user."""
        self._made += 1
        self.users[name.lower()] = User(name, f"AIDA{self._made:04}", password)
        self.changed()

    def give(self, name: str, serial: str) -> None:
        """Somebody registers a device, as in the console."""
        self.devices[serial.lower()] = replace(
            self.devices[serial.lower()], holder=self.users[name.lower()].id, enable_date=self.now
        )
        self.changed()

    def take(self, serial: str) -> None:
        """A device is deactivated."""
        device = self.devices[serial.lower()]
        self.devices[serial.lower()] = replace(device, holder=None, enable_date=None)
        self.changed()

    def changed(self) -> None:
        """Remember what the lists show from now on."""
        self._past.append((self.now, Snapshot(dict(self.users), dict(self.devices))))

    # What can be seen.

    @property
    def truth(self) -> Snapshot:
        """AWS as it is."""
        return Snapshot(self.users, self.devices)

    def listed(self) -> Snapshot:
        """AWS as its lists show it."""
        if not self.lag:
            return self.truth
        old = [snapshot for moment, snapshot in self._past if moment <= self.now - self.lag]
        return old[-1] if old else self._past[0][1]

    def holder_name(self, serial: str) -> str | None:
        """Who holds a device, by the present name."""
        device = self.devices.get(serial.lower())
        return self.name_of(device.holder) if device and device.holder else None

    def name_of(self, user_id: str) -> str | None:
        """The present name of a user."""
        return next((user.name for user in self.users.values() if user.id == user_id), None)

    def is_code(self, device: Device, codes: tuple[str, str]) -> int:
        """The step of a valid pair of codes, 0 of others."""
        now = int(self.now) // STEP
        return next((at for at in (now, now + 1, now - 1) if at > device.step and SEED.pair(at) == codes), 0)


def fault(code: str, action: str) -> errors.AwsError:
    """The error of a code, as the code under test meets it."""
    kind = errors.LostAnswer if code == "Lost" else CODES[code]
    return kind(f"calling {action}", action, f"{action}: {code}: in the model")


NEVER_GIVEN = virtual("no-such-device")
assert PHONE in LINES
