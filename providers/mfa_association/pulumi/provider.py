"""The dynamic provider: what the Pulumi engine calls.

The class is stateless and importable, so its pickle in state is two names: this module's and the class's. Both are a
wire format. check and diff are offline. An error leaves Python as one sentence in the engine's diagnostics, without a
traceback.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar, final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from mfa_association.engine import changes, inputs
from mfa_association.engine.inputs import UNKNOWN
from mfa_association.errors import MfaError
from mfa_association.pulumi import runtime
from mfa_association.pulumi.config import spelled

Props = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


class ProviderError(Exception):
    """What the engine shows as ``error: mfa-association: SENTENCE``.

    The SDK sends ``traceback.format_exc()``, whose last line is the class's module and qualified name; these two are
    chosen so that the line reads well.
    """

    __module__ = "builtins"
    __qualname__ = "mfa-association"


class _Tracebacks:
    """What the SDK's plugin finds under the name ``traceback``: ours are one line, everybody else's are whole."""

    def __getattr__(self, name: str) -> Any:
        return getattr(traceback, name)

    def format_exc(self) -> str:
        """The error being handled, as the engine shows it."""
        error = sys.exc_info()[1]
        whole = not isinstance(error, ProviderError) or os.environ.get("MFA_ASSOCIATION_DEBUG")
        return traceback.format_exc() if whole else "".join(traceback.format_exception_only(type(error), error))


_SDK_PLUGIN: Final = "pulumi.dynamic"


def hide_own_tracebacks() -> None:
    """Send our errors to the engine without a traceback; set MFA_ASSOCIATION_DEBUG to see it.

    All dynamic providers of a stack share this process, so ``sys.tracebacklimit`` would take theirs too.
    """
    plugin = sys.modules["__main__"]
    if plugin.__spec__ is not None and plugin.__spec__.parent == _SDK_PLUGIN:
        vars(plugin)["traceback"] = _Tracebacks()


def one_sentence(verb: Callable[P, T]) -> Callable[P, T]:
    """Let an ``MfaError`` leave as its sentence alone; one that fails everything is shown in full only once."""

    @functools.wraps(verb)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return verb(*args, **kwargs)
        except MfaError as fault:
            raise ProviderError(runtime.repeats().shorten(fault).spelled(spelled)) from None

    return guarded


@final
class Provider(ResourceProvider):
    """Binds, reads, moves and unbinds one device for the Pulumi engine."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, by pulumi-aws's own keys."""
        hide_own_tracebacks()
        runtime.configure(req.config._props)  # the SDK has no public way to list the keys

    def check(self, olds: Props, news: Props) -> CheckResult:
        """All faults of the inputs at once; no call is made."""
        known = mark_unknowns(news)
        failures = [CheckFailure(fault.property, fault.reason) for fault in inputs.faults(known)]
        if fault := runtime.config_fault():
            failures.append(CheckFailure("", str(runtime.repeats().shorten(fault))))
        if not failures and (not olds or changes.is_moved(olds, known)):
            for caution in inputs.cautions(known):
                runtime.warn(caution)
        changes.declare(
            runtime.ledger(), known, "; ".join(f"{failure.property} {failure.reason}" for failure in failures) or None
        )
        return CheckResult(inputs.with_defaults(news, runtime.stack_defaults()), failures)

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        """A new serial number replaces, a new holder or setting updates, codes and seeds alone are no change."""
        warning = changes.inactive(olds)
        if warning:
            runtime.warn(warning)
        known = mark_unknowns(news)
        if any(inputs.is_unknown(known.get(key)) for key in changes.COMPARED):
            return DiffResult(changes=None)
        replaces = changes.replaces(olds, news)
        return DiffResult(
            changes=changes.is_changed(olds, news),
            replaces=replaces,
            delete_before_replace=changes.is_old_first(replaces),
        )

    @one_sentence
    def create(self, props_: Props) -> CreateResult:
        """Adopt, enable or record; the id is the serial number."""
        outputs = changes.create(runtime.context_of, runtime.ledger(), props_)
        return CreateResult(outputs["serial_number"], outputs)

    @one_sentence
    def read(self, id_: str, props_: Props) -> ReadResult:
        """What IAM says now; never "gone", so that a removed line is always acted on."""
        return ReadResult(id_, changes.read(runtime.context_of, props_))

    @one_sentence
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Move the device to a new holder, or renew it; anything else changes in state only."""
        return UpdateResult(changes.update(runtime.context_of, runtime.ledger(), olds, news))

    @one_sentence
    def delete(self, _id: str, props_: Props) -> None:
        """Deactivate the saved pair."""
        changes.delete(runtime.context_of, props_)


def mark_unknowns(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with ``UNKNOWN`` for what a preview does not know yet."""
    return {key: UNKNOWN if isinstance(value, Unknown) else value for key, value in values.items()}
