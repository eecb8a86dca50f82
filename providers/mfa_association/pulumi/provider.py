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
from mfa_association.engine import inputs, props
from mfa_association.grammar import same
from mfa_association.pulumi import runtime
from mfa_association.pulumi.boundary import one_sentence, quiet_tracebacks
from mfa_association.pulumi.unknowns import named

REPLACES = ("serial_number", "root_account_id")
COMPARED = (
    *REPLACES,
    "user_name",
    "renew",
    "require_active",
    "on_last_device",
    "on_destroy",
    "role_arn",
    "seed_source",
)

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
        failures = [CheckFailure(fault.property, fault.reason) for fault in inputs.faults(named(news))]
        return CheckResult(inputs.with_defaults(news, runtime.stack_defaults()), failures)

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        """A new serial number replaces, a new holder or setting updates, codes and seeds alone are no change."""
        if olds.get("active") is False:
            runtime.warn(f"{props.holder(olds)} does not hold {olds.get('serial_number')}: declared, not active")
        if any(inputs.is_unknown(named(news).get(key)) for key in COMPARED):
            return DiffResult(changes=None)
        replaces = [key for key in REPLACES if not same(str(olds.get(key)), str(news.get(key)))]
        changes = bool(replaces) or props.settings(olds) != props.settings(news) or _is_moved(olds, news)
        return DiffResult(
            changes=changes or olds.get("renew") != news.get("renew"),
            replaces=replaces,
            delete_before_replace="root_account_id" in replaces,
        )

    @one_sentence
    def create(self, props_: Props) -> CreateResult:
        """Adopt, enable or record; the id is the serial number."""
        found = lifecycle.bind(runtime.run(props_), props.declaration(props_))
        return CreateResult(found.serial_number, props.outputs(props_, found))

    @one_sentence
    def read(self, id_: str, props_: Props) -> ReadResult:
        """What IAM says now; never "gone", so that a removed line is always acted on."""
        found = lifecycle.find(runtime.run(props_), props.association(props_))
        return ReadResult(id_, props.outputs(props_, found))

    @one_sentence
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        """Move the device to a new holder, or renew it; anything else changes in state only."""
        found, wanted, (on_last_device, _) = props.association(olds), props.declaration(news), props.removal(olds)
        if _is_moved(olds, news):
            found = lifecycle.move(runtime.run(news), found, wanted, runtime.guard(on_last_device))
        elif news.get("renew") not in (None, olds.get("renew")):
            found = lifecycle.renew(runtime.run(news), found, wanted)
        return UpdateResult(props.outputs(news, found))

    @one_sentence
    def delete(self, _id: str, props_: Props) -> None:
        """Deactivate the saved pair."""
        saved, (on_last_device, on_destroy) = props.association(props_), props.removal(props_)
        lifecycle.unbind(runtime.run(props_), saved, runtime.guard(on_last_device), on_destroy)


def _is_moved(olds: Props, news: Props) -> bool:
    return not same(props.holder(olds), props.holder(news))
