"""What a difference between the saved and the declared means, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from mfa_association import lifecycle
from mfa_association.engine import props
from mfa_association.engine.contexts import guard
from mfa_association.fields import names
from mfa_association.lifecycle import AccountContext, Ledger
from mfa_association.validation import same

REPLACES = names(lambda field: field.change.startswith("replaces"))
_OLD_FIRST = names(lambda field: field.change == "replaces, old first")
COMPARED = names(lambda field: field.change != "nothing")

Props = dict[str, Any]
ContextOf = Callable[[Props], AccountContext]


def replaces(olds: Props, news: Props) -> list[str]:
    """The inputs whose new value needs another association."""
    return [key for key in REPLACES if not same(str(olds.get(key)), str(news.get(key)))]


def is_old_first(replaced: Sequence[str]) -> bool:
    """Whether a replacement for the sake of these inputs must remove the old association first."""
    return any(name in _OLD_FIRST for name in replaced)


def is_moved(olds: Props, news: Props) -> bool:
    """Whether the device gets a new holder."""
    return not same(props.holder(olds), props.holder(news))


def is_renewed(olds: Props, news: Props) -> bool:
    """Whether the device is to be armed again."""
    return news.get("renew") not in (None, olds.get("renew"))


def is_changed(olds: Props, news: Props) -> bool:
    """Whether anything differs that is an update or a replacement; codes and seeds alone are no change."""
    changes = bool(replaces(olds, news)) or props.settings(olds) != props.settings(news) or is_moved(olds, news)
    return changes or olds.get("renew") != news.get("renew")


def inactive(saved: Props) -> str | None:
    """What every preview warns of while a declared device is not active."""
    if saved.get("active") is not False:
        return None
    return f"{props.holder(saved)} does not hold {saved.get('serial_number')}: declared, not active"


def declare(ledger: Ledger, news: Props, failed: str | None = None) -> None:
    """Note what the program declares, when the engine asks for the check of its inputs; ``failed``: what is wrong.

    Whatever cannot be read, or is not known yet, notes nothing.
    """
    pair = props.pair(news)
    if pair:
        ledger.mark_declared(pair, failed)


def create(context_of: ContextOf, ledger: Ledger, news: Props, *, stay_inactive: bool = False) -> Props:
    """Adopt, enable or record; ``stay_inactive``: never enable. Raises ``MfaError``."""
    with _declaring(ledger, news):
        return props.outputs(
            news, lifecycle.create(context_of(news), props.declaration(news), stay_inactive=stay_inactive)
        )


def read(context_of: ContextOf, saved: Props) -> Props:
    """What IAM says now; never "gone", so that a removed line is always acted on. Raises ``MfaError``."""
    return props.outputs(saved, lifecycle.read(context_of(saved), props.association(saved)))


def update(context_of: ContextOf, ledger: Ledger, olds: Props, news: Props) -> Props:
    """Move the device to a new holder, or renew it; anything else changes in state only. Raises ``MfaError``.

    A new role must belong to the device's account: a state that names another could not be refreshed any more.
    """
    with _declaring(ledger, news):
        association, wanted = props.association(olds), props.declaration(news)
        if is_moved(olds, news):
            context = context_of(news)
            mode = guard(association.serial_number, props.settings(olds)["on_last_device"], context.warn)
            association = lifecycle.move(context, association, wanted, mode)
        elif is_renewed(olds, news):
            association = lifecycle.renew(context_of(news), association, wanted)
        elif olds.get("role_arn") != news.get("role_arn"):
            context_of(news).account_for(association.serial_number, association.account_id)
        return props.outputs(news, association)


def delete(context_of: ContextOf, saved: Props) -> None:
    """Deactivate the saved pair. Raises ``MfaError``; the state must then be kept."""
    association, settings, context = props.association(saved), props.settings(saved), context_of(saved)
    mode = guard(association.serial_number, settings["on_last_device"], context.warn)
    lifecycle.delete(context, association, mode, settings["on_destroy"])


def _declaring(ledger: Ledger, news: Props) -> AbstractContextManager[None]:
    """Note the declaration before anything can fail, the configuration and the credentials included."""
    pair = props.pair(news)
    return ledger.declaring(pair) if pair else nullcontext()
