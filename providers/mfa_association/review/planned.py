"""What a preview would do at AWS, and to whom: what live reads have to look at. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_association.review.facts import Holder
from mfa_association.review.model import DeviceStep, Holding, Planned, Preview


def planned(preview: Preview) -> list[Planned]:
    """What would be written at AWS, in the order of the preview; what a retained resource leaves alone is not listed."""
    found = [one for step in preview.devices if step.spared is None for one in _of_device(step)]
    for user in preview.users:
        if user.op in ("delete", "unknown") and user.spared is None and user.takes_devices and user.user_name:
            found.append(Planned("remove", user.address, Holder(user_name=user.user_name), None))
    return found


def affected(preview: Preview) -> list[Holder]:
    """Everybody who would gain or lose a device, or be given a password or administrator rights, once and in order."""
    holders = [holder for one in planned(preview) for holder in (one.holder, one.previous) if holder]
    holders += [holder for step in preview.devices for holder in _loser_of_nothing(step)]
    holders += [Holder(one.user_name) for one in preview.grants if one.user_name and one.op != "same"]
    return sorted({holder.key: holder for holder in reversed(holders)}.values(), key=lambda holder: holder.key)


def _of_device(step: DeviceStep) -> Iterator[Planned]:
    before, after = step.before, step.after
    if step.op == "create" and after:
        yield _plan("add", step, after)
    elif step.op in ("delete", "unknown") and before:
        yield _plan("remove", step, before)
    elif step.op == "update" and before and after and _moves(before, after):
        yield _plan("move", step, after, before.holder)
    elif step.op == "update" and before and after and after.renew != before.renew and after.enables:
        yield _plan("add", step, after)


def _moves(before: Holding, after: Holding) -> bool:
    """Whether the holder changes; one that is not known yet may."""
    if before.holder is None or after.holder is None:
        return before.holder is not after.holder
    return before.holder.key != after.holder.key


def _plan(what: str, step: DeviceStep, held: Holding, previous: Holder | None = None) -> Planned:
    saved = step.before.active if step.before else None
    return Planned(
        what=what,  # type: ignore[arg-type]
        address=step.address,
        holder=held.holder,
        serial_number=held.serial_number,
        previous=previous,
        kind=held.kind,
        enables=held.enables,
        active=saved,
        role_arn=held.role_arn,
        account_id=held.account_id,
    )


def _loser_of_nothing(step: DeviceStep) -> Iterator[Holder]:
    """Holders of devices that leave the state but stay active: their row has cells too."""
    if step.spared is not None and step.before and step.before.holder:
        yield step.before.holder
