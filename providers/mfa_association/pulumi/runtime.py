"""What the provider process holds: the stack's configuration, one run per role, and the line to the engine.

Module state, because a provider instance must stay empty: it is pickled into every resource's state.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mfa_association.engine.config import ProviderConfig
from mfa_association.engine.contexts import AccountContexts
from mfa_association.engine.repeats import Repeats
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext, Ledger, LockFiles
from mfa_association.pulumi.config import read

_INFO, _WARNING = 1, 2
_lock = threading.Lock()
_ledger = Ledger(LockFiles())
_repeats = Repeats()
_contexts: AccountContexts | None = None
_config = ProviderConfig()


def configure(stack: Mapping[str, Any]) -> None:
    """Take a new stack configuration. Its fault, if there is one, is raised when it is first needed."""
    global _config, _contexts
    with _lock:
        _config, _contexts = read(stack), None


def config_fault() -> MfaError | None:
    """What keeps the stack's configuration from being used."""
    return _config.fault


def context_of(values: dict[str, Any]) -> AccountContext:
    """The account context of this resource's role and holder's account; one per process. Raises ``MfaError``."""
    global _contexts
    with _lock:
        if _config.fault:
            raise _config.fault
        if _contexts is None:
            _contexts = AccountContexts(_config.settings, _config.limits, _ledger, warn, note)
        contexts = _contexts
    return contexts.for_resource(values)


def stack_defaults() -> dict[str, str]:
    """What the stack says of removals, where it says anything; for the resources that say nothing themselves."""
    return _config.defaults


def ledger() -> Ledger:
    """What this process has declared and removed."""
    return _ledger


def repeats() -> Repeats:
    """The errors that this process has shown in full."""
    return _repeats


def warn(message: str) -> None:
    """Show a warning in the engine's diagnostics."""
    _log(_WARNING, message)


def note(message: str) -> None:
    """Show a note in the engine's diagnostics."""
    _log(_INFO, message)


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
