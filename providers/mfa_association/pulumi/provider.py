"""The dynamic provider: what the Pulumi engine calls.

The class is stateless and importable, so its pickle in state is two names: this module's and the class's. Both are a
wire format. check and diff are offline.
"""

from __future__ import annotations

from typing import Any, final

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
from mfa_association.pulumi import runtime
from mfa_association.pulumi.boundary import hide_own_tracebacks, one_sentence

Props = dict[str, Any]


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
        outputs = changes.create(runtime.run, runtime.ledger(), props_)
        return CreateResult(outputs["serial_number"], outputs)

    @one_sentence
    def read(self, id_: str, props_: Props) -> ReadResult:
        """What IAM says now; never "gone", so that a removed line is always acted on."""
        return ReadResult(id_, changes.read(runtime.run, props_))

    @one_sentence
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Move the device to a new holder, or renew it; anything else changes in state only."""
        return UpdateResult(changes.update(runtime.run, runtime.ledger(), olds, news, runtime.guard))

    @one_sentence
    def delete(self, _id: str, props_: Props) -> None:
        """Deactivate the saved pair."""
        changes.delete(runtime.run, props_, runtime.guard)


def mark_unknowns(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with ``UNKNOWN`` for what a preview does not know yet."""
    return {key: UNKNOWN if isinstance(value, Unknown) else value for key, value in values.items()}
