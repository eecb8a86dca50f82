"""The sandbox in Python: in this process, or another one."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import boto3
from botocore.config import Config

from .app import Application
from .faults import When
from .journal import Call
from .load_seed import load_seed
from .seed import load
from .server import Server

LOCAL = build_opener(ProxyHandler({}))
ONE_ATTEMPT = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}, proxies={})
ANY_KEY = "ASIASANDBOXANYBODY00"

_making_clients = Lock()


@lru_cache
def _session() -> Any:
    """One session for all clients: it reads each service model once, but is not safe to share unlocked."""
    return boto3.session.Session()


class RemoteSandbox:
    """A sandbox at a URL. What it refuses is raised as ValueError with its sentence."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def _do(self, command: str, **settings: Any) -> Any:
        answer = json.loads(self._ask(command, json.dumps(settings).encode()))
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["result"]

    def _ask(self, command: str, body: bytes) -> bytes:
        request = Request(f"{self.url}/_sandbox/{command}", body, method="POST")
        try:
            with LOCAL.open(request, timeout=30) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            return error.read()

    def client(self, service: str = "iam", access_key: str | None = None, region: str = "us-east-1") -> Any:
        """A boto3 client of one attempt; without a key it is an administrator of the default account."""
        keys = {"aws_access_key_id": access_key or ANY_KEY, "aws_secret_access_key": "secret"}
        with _making_clients:
            return _session().client(service, region, endpoint_url=self.url, config=ONE_ATTEMPT, **keys)

    def calls(self) -> Counter[str]:
        """Calls by action since the last reset, whatever became of them."""
        return Counter(self._do("calls"))

    def log(self) -> list[Call]:
        """Calls since the last reset, in the order of their answers."""
        return [Call(**call) for call in self._do("log")]

    def reset_calls(self) -> None:
        """Forget counts and log."""
        self._do("reset_calls")

    def fault(
        self,
        action: str,
        *,
        nth: int = 1,
        times: int | None = 1,
        error: str | None = None,
        delay: float = 0.0,
        drop: bool = False,
        when: When = "before",
        user: str | None = None,
        message: str | None = None,
    ) -> None:
        """Let the `nth` call of an action from now, and `times` - 1 more (None: for ever), go wrong.

        `error` is a code of AWS, `delay` is in seconds, `drop` closes the connection without a byte.
        `when` says whether the action takes effect first; `user` limits it to calls that name this user.
        """
        settings = {"action": action, "nth": nth, "times": times, "error": error, "delay": delay, "drop": drop}
        self._do("fault", **settings, when=when, user=user, message=message)

    def clear_faults(self, action: str | None = None) -> None:
        """Forget all faults (of an action), and let go of the calls that one of them delays."""
        self._do("clear_faults", action=action)

    def waiting(self) -> Counter[str]:
        """How many calls of each action wait in a delay now: where a caller can be killed."""
        return Counter(self._do("waiting"))

    def throttle(self, rate: float | None, burst: float | None = None) -> None:
        """Limit each action to `rate` calls a second after a `burst`; None lifts the limit."""
        self._do("throttle", rate=rate, burst=burst)

    def lag(self, seconds: float) -> None:
        """Let reads answer from the state as of so many seconds ago; 0 ends it."""
        self._do("lag", seconds=seconds)

    def skew(self, seconds: float) -> None:
        """Put the sandbox's clock ahead (or behind) by so many seconds."""
        self._do("skew", seconds=seconds)

    def pages(self, size: int | None) -> None:
        """Let no page of a list hold more items than this, whatever the caller asks for; None lifts the limit."""
        self._do("pages", size=size)

    def codes(self, serial: str) -> tuple[str, str]:
        """The pair of codes the device shows now, or the next unused pair."""
        first, second = self._do("codes", serial=serial)
        return first, second

    def holders(self, account: str | None = None) -> dict[str, list[str]]:
        """User names to serial numbers as it really is; root is `<root>`."""
        return dict(self._do("holders", account=account))

    def add(self, seed: Mapping[str, Any]) -> None:
        """Add accounts, users, devices and keys, in the seed file's format."""
        self._do("add", seed=seed)

    def register_fido(self, user: str | None, name: str, account: str | None = None) -> str:
        """Register a FIDO key for a user (None is root), as only the console can; returns its serial number."""
        return str(self._do("register_fido", user=user, name=name, account=account))


class Sandbox(RemoteSandbox):
    """A sandbox in a background thread of this process, on 127.0.0.1. A context manager.

    moto keeps its users once per process, so only one sandbox can run in a process at a time.
    """

    _running = Lock()

    def __init__(self, seed: Mapping[str, Any] | str | Path | None = None, port: int = 0) -> None:
        super().__init__("")
        self._seed, self._port = load(seed), port

    def __enter__(self) -> Sandbox:
        if not self._running.acquire(blocking=False):
            raise RuntimeError("another sandbox is running in this process")
        try:
            self._start()
        except BaseException:
            self._running.release()
            raise
        return self

    def _start(self) -> None:
        forget()
        self.app = Application()
        load_seed(self.app.world, self._seed)
        self._server = Server(self.app, self._port)
        self.url = self._server.url
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _ask(self, command: str, body: bytes) -> bytes:
        """The same commands without a way over the network: tests give a dozen each."""
        return self.app.control.obey(command, body)[1]

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._running.release()


def forget() -> None:
    """Let moto forget all users, roles, sessions, parameters and secrets of this process."""
    for service in ("iam", "secretsmanager", "ssm", "sts"):
        models = sys.modules.get(f"moto.{service}.models")
        if models:
            getattr(models, f"{service}_backends").clear()
