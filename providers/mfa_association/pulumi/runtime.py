"""What the provider process holds: the stack's configuration, one run per role, and the line to the engine.

Module state, because a provider instance must stay empty: it is pickled into every resource's state.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Final, get_args

from mfa_association.aws.iam import Iam
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import Role, open_session
from mfa_association.errors import MfaError
from mfa_association.grammar import OnLastDevice
from mfa_association.lifecycle import Ledger, Run
from mfa_association.pulumi.config import StackConfig, read

USUAL: Final = {"on_last_device": "warn", "on_destroy": "keep"}
"""What holds where neither a resource nor the stack says anything."""

_INFO, _WARNING = 1, 2
_lock = threading.Lock()
_ledger = Ledger()
_runs: dict[tuple[str | None, str | None], Run] = {}
_config = StackConfig()


def configure(get: Callable[[str], Any]) -> None:
    """Take a new stack configuration; ``get`` reads one key. Raises ``ConfigFault`` when it is first needed."""
    global _config
    with _lock:
        _config = read(get)
        _runs.clear()


def run(bag: dict[str, Any]) -> Run:
    """The run of this resource's role and holder's account (neither: the stack's own identity); one per process."""
    key = (bag.get("role_arn"), bag.get("root_account_id"))
    with _lock:
        if key not in _runs:
            _runs[key] = _new_run(*key)
        return _runs[key]


def stack_defaults() -> dict[str, str]:
    """What the stack says of removals, where it says anything; for the resources that say nothing themselves."""
    said = {"on_last_device": _config.on_last_device, "on_destroy": _config.on_destroy}
    return {name: choice for name, choice in said.items() if choice != USUAL[name]}


def guard(saved: OnLastDevice) -> OnLastDevice:
    """The guard to obey now: the saved one unless the environment overrides it for this run."""
    override = os.environ.get("MFA_ASSOCIATION_ON_LAST_DEVICE")
    if not override:
        return saved
    for choice in get_args(OnLastDevice):
        if choice == override:
            _announce(f"on_last_device is {override} for this run (MFA_ASSOCIATION_ON_LAST_DEVICE)")
            return choice  # type: ignore[no-any-return]
    raise MfaError(
        f"reading MFA_ASSOCIATION_ON_LAST_DEVICE: must be one of {', '.join(get_args(OnLastDevice))}; nothing was changed"
    )


def warn(message: str) -> None:
    """Show a warning in the engine's diagnostics."""
    _log(_WARNING, message)


def note(message: str) -> None:
    """Show a note in the engine's diagnostics."""
    _log(_INFO, message)


@cache
def _announce(message: str) -> None:
    """Warn once in this process."""
    warn(message)


def _new_run(role_arn: str | None, root_account_id: str | None) -> Run:
    _config.refuse_faults()
    settings = _config.settings
    if role_arn:
        settings = replace(settings, roles=(*settings.roles, Role(role_arn)))
    limits = replace(_config.limits, max_removals=_max_removals())
    iam = RootIam(settings, root_account_id) if root_account_id else Iam(open_session(settings))
    return Run(iam, ledger=_ledger, limits=limits, warn=warn, note=note)


def _max_removals() -> int | None:
    override = os.environ.get("MFA_ASSOCIATION_MAX_REMOVALS")
    if not override:
        return _config.limits.max_removals
    if not override.isascii() or not override.isdigit():
        raise MfaError("reading MFA_ASSOCIATION_MAX_REMOVALS: must be a whole number; nothing was changed")
    _announce(f"at most {override} removals in this run (MFA_ASSOCIATION_MAX_REMOVALS)")
    return int(override)


def _log(severity: int, message: str) -> None:
    import grpc  # type: ignore[import-untyped]
    from pulumi.runtime.proto import engine_pb2

    engine = _engine()
    if engine is None:
        print(message, file=sys.stderr)
        return
    try:
        engine.Log(engine_pb2.LogRequest(severity=severity, message=message))  # type: ignore[arg-type]
    except grpc.RpcError:
        print(message, file=sys.stderr)  # an engine that is going away must not undo what was done


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The engine's log service, whose address is the plugin's last argument; None outside a plugin process."""
    import grpc
    from pulumi.runtime.proto import engine_pb2_grpc

    address = sys.argv[-1]
    if ":" not in address or not address.rpartition(":")[2].isdigit():
        return None
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
