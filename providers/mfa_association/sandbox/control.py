"""The sandbox's own switches, as JSON over HTTP under `/_sandbox/`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .accounts import SandboxDeviceKind
from .errors import Refused
from .faults import InjectedFault, InjectedFaults
from .journal import Journal
from .load_seed import add_device, load_seed, truth
from .seed import parse
from .seed_devices import DeviceSeed
from .seed_path import SeedPath
from .world import LARGEST_PAGE, SandboxState

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")


def is_local(host: str) -> bool:
    """Whether a `Host` header names this machine: `localhost` or an address of the loopback, with any port."""
    name = urlsplit(f"//{host}").hostname if _HOST.fullmatch(host) else None
    if name is None or name == "localhost":
        return name is not None
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


class Control:
    """Every switch is a method of keyword arguments that JSON can carry; `COMMANDS` lists them."""

    COMMANDS = frozenset(
        [
            "add",
            "calls",
            "clear_faults",
            "codes",
            "fault",
            "holders",
            "lag",
            "log",
            "pages",
            "register_fido",
            "reset_calls",
            "skew",
            "throttle",
            "waiting",
        ]
    )

    def __init__(self, world: SandboxState, faults: InjectedFaults, journal: Journal) -> None:
        self.world, self.faults, self.journal = world, faults, journal

    def serve(self, environ: WSGIEnvironment) -> tuple[int, bytes]:
        """The HTTP status and JSON body for a request to `/_sandbox/COMMAND`.

        A page on the web can reach a local port under a name of its own (DNS rebinding), so the name must be local.
        """
        if not is_local(environ.get("HTTP_HOST", "")):
            return 403, json.dumps({"error": "the sandbox answers these commands only under a local name"}).encode()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return self.obey(environ["PATH_INFO"].removeprefix("/_sandbox/"), body)

    def obey(self, name: str, body: bytes) -> tuple[int, bytes]:
        """The HTTP status and JSON body for a command and its arguments in JSON."""
        if name not in self.COMMANDS:
            return 404, json.dumps({"error": f"the sandbox has no command {name!r}"}).encode()
        try:
            command: Callable[..., Any] = getattr(self, name)
            with self.world.lock:
                return 200, json.dumps({"result": command(**json.loads(body or b"{}"))}).encode()
        except (TypeError, ValueError, Refused) as error:
            return 400, json.dumps({"error": str(error)}).encode()

    def add(self, seed: Mapping[str, Any], source: str = "seed") -> None:
        """Add accounts, users, devices and keys, in the seed file's format."""
        load_seed(self.world, parse(seed, SeedPath(source)))

    def calls(self) -> dict[str, int]:
        """Calls by action since the last reset."""
        return self.journal.counts()

    def log(self) -> list[dict[str, Any]]:
        """Calls since the last reset, oldest first."""
        return self.journal.calls()

    def reset_calls(self) -> None:
        """Forget counts and log."""
        self.journal.reset()

    def fault(self, **settings: Any) -> None:
        """Set a fault up; see `faults.Fault`."""
        self.faults.add(InjectedFault(**settings))

    def clear_faults(self, action: str | None = None) -> None:
        """Forget all faults (of an action), and let go of the calls that one of them delays."""
        self.faults.clear(action)

    def waiting(self) -> dict[str, int]:
        """How many calls of each action wait in a delay now."""
        return self.faults.waiting()

    def throttle(self, rate: float | None = None, burst: float | None = None) -> None:
        """Limit each action to `rate` calls a second after a `burst`; None lifts the limit."""
        self.faults.throttle(rate, burst)

    def lag(self, seconds: float) -> None:
        """Let reads answer from the state as of so many seconds ago."""
        self.world.set_lag(seconds)

    def skew(self, seconds: float) -> None:
        """Put the sandbox's clock ahead (or behind) by so many seconds."""
        self.world.skew = float(seconds)

    def pages(self, size: int | None = None) -> None:
        """Let no page of a list hold more items than this, whatever the caller asks for; None lifts the limit."""
        size = LARGEST_PAGE if size is None else size
        if not isinstance(size, int) or not 1 <= size <= LARGEST_PAGE:
            raise ValueError(f"a page holds from 1 to {LARGEST_PAGE} items")
        self.world.largest_page = size

    def codes(self, serial: str) -> list[str]:
        """The pair of codes that the device's owner would enter now, or the next unused pair."""
        for account in self.world.accounts.values():
            device = account.devices.get(serial.casefold())
            if device and device.authenticator:
                return list(device.authenticator.pair(self.world.now()))
        raise ValueError(f"no device {serial} shows codes")

    def holders(self, account: str | None = None) -> Mapping[str, list[str]]:
        """User names to serial numbers, as it is now, regardless of lag; root is `<root>`."""
        return truth(self.world.account(account))

    def register_fido(self, user: str | None, name: str, account: str | None = None) -> str:
        """Register a FIDO key for a user (None is root), as only the console can; returns its serial number."""
        here = self.world.account(account)
        seed = DeviceSeed(SandboxDeviceKind.FIDO, SeedPath("register_fido"), name=name)
        serial = add_device(self.world, here, here.live.user(user) if user else None, seed)
        self.world.wrote()
        return serial
