"""What a difference between the saved and the declared means, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mfa_association import lifecycle
from mfa_association.engine import props
from mfa_association.grammar import OnLastDevice, same
from mfa_association.lifecycle import Run

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
RunOf = Callable[[Props], Run]
Guard = Callable[[OnLastDevice], OnLastDevice]


def replaces(olds: Props, news: Props) -> list[str]:
    """The inputs whose new value needs another association."""
    return [key for key in REPLACES if not same(str(olds.get(key)), str(news.get(key)))]


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


def update(run: RunOf, olds: Props, news: Props, guard: Guard) -> Props:
    """Move the device to a new holder, or renew it; anything else changes in state only. Raises ``MfaError``."""
    found, wanted, (on_last_device, _) = props.association(olds), props.declaration(news), props.removal(olds)
    if is_moved(olds, news):
        found = lifecycle.move(run(news), found, wanted, guard(on_last_device))
    elif is_renewed(olds, news):
        found = lifecycle.renew(run(news), found, wanted)
    return props.outputs(news, found)


def delete(run: RunOf, saved: Props, guard: Guard) -> None:
    """Deactivate the saved pair. Raises ``MfaError``; the state must then be kept."""
    found, (on_last_device, on_destroy) = props.association(saved), props.removal(saved)
    lifecycle.unbind(run(saved), found, guard(on_last_device), on_destroy)
