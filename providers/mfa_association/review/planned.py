"""What a preview would do at AWS, and to whom: what live reads have to look at. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_association.review.effects import effects, moves
from mfa_association.review.facts import Holder
from mfa_association.review.model import DeviceStep, Holding, Planned, Preview


def planned(preview: Preview) -> list[Planned]:
    """What would be written at AWS, in the order of the preview.

    What a retained resource leaves alone is not listed, nor the removal of a device that was declared again before it.
    """
    found_effects = effects(preview.devices, ordered=preview.ordered)
    kept = {id(effect.step) for effect in found_effects if effect.what == "redeclared" and effect.order == "first"}
    steps = [step for step in preview.devices if step.skipped_because is None and id(step) not in kept]
    plans = [plan for step in steps for plan in _of_device(step)]
    for user in preview.users:
        if user.op in ("delete", "unknown") and user.skipped_because is None and user.takes_devices and user.user_name:
            plans.append(Planned("remove", user.address, Holder(user_name=user.user_name), None))
    return plans


def affected(preview: Preview) -> list[Holder]:
    """Everybody who would gain or lose a device, or be given a password or administrator rights, once and in order."""
    holders = [holder for plan in planned(preview) for holder in (plan.holder, plan.previous) if holder]
    holders += [holder for step in preview.devices for holder in _told_of(step)]
    holders += [Holder(grant.user_name) for grant in preview.grants if grant.user_name and grant.op != "same"]
    return sorted({holder.key: holder for holder in reversed(holders)}.values(), key=lambda holder: holder.key)


def _of_device(step: DeviceStep) -> Iterator[Planned]:
    before, after = step.before, step.after
    if step.op == "create" and after:
        yield _plan("add", step, after)
    elif step.op in ("delete", "unknown") and before:
        yield _plan("remove", step, before)
    elif step.op == "update" and before and after and moves(before, after):
        yield _plan("move", step, after, before.holder)
    elif step.op == "update" and before and after and after.renew != before.renew and after.enables:
        yield _plan("add", step, after)


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
        user_id=held.user_id,
    )


def _told_of(step: DeviceStep) -> Iterator[Holder]:
    """Holders for whom nothing is written, but who are told of: their row has cells too."""
    before, after = step.before, step.after
    loosened = bool(before and after and before.on_last_device == "refuse" != after.on_last_device)
    reseeded = bool(before and after and after.seed_source and after.seed_source != before.seed_source)
    if before and before.holder and (step.op == "delete" or (step.op == "update" and (loosened or reseeded))):
        yield before.holder
