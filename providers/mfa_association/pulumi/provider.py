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

from mfa_association import lifecycle
from mfa_association.grammar import same
from mfa_association.pulumi import inputs, props, runtime
from mfa_association.pulumi.boundary import one_sentence, quiet_tracebacks

REPLACES = "serial_number"
MOVES = "user_name"
SETTINGS = ("require_active", "on_last_device", "role_arn")

Props = dict[str, Any]


@final
class Provider(ResourceProvider):
    """Binds, reads, moves and unbinds one device for the Pulumi engine."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, by pulumi-aws's own keys."""
        quiet_tracebacks()
        runtime.configure(req.config.get)

    def check(self, _olds: Props, news: Props) -> CheckResult:
        """All faults of the inputs at once; no call is made."""
        failures = [CheckFailure(fault.property, fault.reason) for fault in inputs.faults(news)]
        return CheckResult(inputs.without_blanks(news), failures)

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        """A new serial number replaces, a new holder or setting updates, codes alone are no change."""
        if olds.get("active") is False:
            runtime.warn(f"{olds.get('user_name')} does not hold {olds.get('serial_number')}: declared, not active")
        if any(inputs.is_unknown(news.get(key)) for key in (REPLACES, MOVES, *SETTINGS)):
            return DiffResult(changes=None)
        replaced = not same(str(olds.get(REPLACES)), str(news.get(REPLACES)))
        moved = not same(str(olds.get(MOVES)), str(news.get(MOVES)))
        changed = props.settings(olds) != props.settings(news)
        return DiffResult(
            changes=replaced or moved or changed,
            replaces=[REPLACES] if replaced else [],
            delete_before_replace=False,
        )

    @one_sentence
    def create(self, props_: Props) -> CreateResult:
        """Adopt, enable or record; the id is the serial number."""
        run = runtime.run(props_.get("role_arn"))
        found = lifecycle.bind(run, props.declaration(props_))
        return CreateResult(found.serial_number, props.outputs(props_, found))

    @one_sentence
    def read(self, id_: str, props_: Props) -> ReadResult:
        """What IAM says now; never "gone", so that a removed line is always acted on."""
        run = runtime.run(props_.get("role_arn"))
        found = lifecycle.find(run, props.association(props_))
        return ReadResult(id_, props.outputs(props_, found))

    @one_sentence
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Move the device to a new holder; anything else changes in state only."""
        found = props.association(olds)
        wanted = props.declaration(news)
        if not same(found.user_name, wanted.user_name):
            run = runtime.run(news.get("role_arn"))
            found = lifecycle.move(run, found, wanted, runtime.guard(olds))
        return UpdateResult(props.outputs(news, found))

    @one_sentence
    def delete(self, _id: str, props_: Props) -> None:
        """Deactivate the saved pair."""
        run = runtime.run(props_.get("role_arn"))
        lifecycle.unbind(run, props.association(props_), runtime.guard(props_))
