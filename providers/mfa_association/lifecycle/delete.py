"""Delete: what the project exists for. A removed line deactivates the device, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mfa_association.aws.errors import AccessDenied, DeleteConflict, NoSuchEntity
from mfa_association.aws.iam import VirtualDevice
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.deactivate import NotHeld, SomebodyNew, deactivate
from mfa_association.lifecycle.guards import (
    LastDeviceGuard,
    Seen,
    guard_last_device,
    is_of_somebody_new,
    look_at_devices,
    warn_afterwards,
)
from mfa_association.lifecycle.model import Association
from mfa_association.lifecycle.read import holder_label, is_somebody_new, other_holder, renamed
from mfa_association.lifecycle.refusals import DeclaredButFailed, Refusal
from mfa_association.validation import ROOT_USER, OnDestroy


@dataclass(frozen=True)
class Released:
    """What became of a release. ``holder``: who holds a virtual device instead; ``stranger``: a new user of the name."""

    holder: VirtualDevice | None = None
    stranger: bool = False


def delete(
    context: AccountContext,
    saved: Association,
    mode: LastDeviceGuard = "warn",
    on_destroy: OnDestroy = "keep",
    *,
    called_before: tuple[str, ...] = (),
) -> None:
    """Deactivate the saved pair, whatever ``saved.active`` says; success when the user does not hold the device.

    What the program declares for this user stays (rule 7). ``called_before``: other names of the user. Raises a
    ``Refusal`` or an ``AwsError``; the state must then be kept.
    """
    account_id = context.account_for(saved.serial_number, saved.account_id)
    with context.ledger.lock_users(context, account_id, saved.user_name):
        if _leave_to_another_record(context, saved):
            return
        released = release(context, saved, mode, called_before=called_before)
    holder = released.holder
    if holder and holder.user_name and renamed(saved, holder):
        context.warn(
            f"{saved.user_name} is now called {holder.user_name}: deactivating {saved.serial_number} under that name"
        )
        under_new_name = replace(saved, user_name=holder.user_name)
        delete(context, under_new_name, mode, on_destroy, called_before=(*called_before, saved.user_name))
    elif released == Released() and on_destroy == "delete-virtual-device" and saved.kind.has_entity:
        _delete_entity(context, saved)


def _leave_to_another_record(context: AccountContext, saved: Association) -> bool:
    """Leave the device to another record that declares it for this user, and say whether there is one.

    The caller has the user's lock.
    """
    entry = context.ledger.declared(saved.pair)
    if entry.stage == "failed":
        raise DeclaredButFailed(saved.user_name, saved.serial_number)
    if entry.stage == "no":
        return False
    if entry.enabled and entry.association and not saved.active and entry.association.renew in (None, saved.renew):
        _take_back(context, saved, entry.association)
        return True
    how = "active" if saved.active else "as it is"
    context.warn(f"{saved.serial_number} of {saved.user_name} stays {how}: another resource declares it")
    context.ledger.hand_over(saved)
    return True


def _take_back(context: AccountContext, saved: Association, association: Association) -> None:
    """Deactivate what the new record enabled though the old one was inactive, which no create can know (rule 2)."""
    release(context, association, "lift", counts=False)
    context.ledger.settle(association.pair, replace(association, active=False, enable_date=None))
    context.warn(
        f"{saved.serial_number} of {saved.user_name} was inactive before this run, then another resource enabled it, so "
        "it was deactivated again: refresh first; to enable it, change renew and give fresh codes or a seed"
    )


def release(
    context: AccountContext,
    saved: Association,
    mode: LastDeviceGuard,
    *,
    called_before: tuple[str, ...] = (),
    most: float | None = None,
    counts: bool = True,
) -> Released:
    """Guard and deactivate; the caller has the user's lock. ``most``: seconds to try for. ``counts``: as a removal."""
    names = (*called_before, saved.user_name)
    try:
        seen = _look_and_guard(context, saved, mode, names)
        limit = context.limits.max_removals if counts and seen.is_listed is not False else None
        with context.ledger.removing(saved.pair, limit):
            deactivate(context, saved, seen, most)
    except NotHeld as outcome:
        return _not_held(context, saved, lost=outcome.lost)
    except SomebodyNew:
        context.warn(_not_bound_to(saved))
        return Released(stranger=True)
    if seen.is_listed is False:
        warn_afterwards(context, saved, seen, mode, names)
    return Released()


def _not_bound_to(saved: Association) -> str:
    return (
        f"{saved.serial_number} stays as it is: another user is called {saved.user_name} now and registered it, not the user "
        "that it was bound to"
    )


def _look_and_guard(
    context: AccountContext, saved: Association, mode: LastDeviceGuard, names: tuple[str, ...], seen: Seen | None = None
) -> Seen:
    """Let the guards speak before the call; what was seen last. Raises ``SomebodyNew`` or a ``Refusal``.

    What IAM does not list may be younger than the list: it is looked for again before it is refused, and it is warned
    of once the call showed that it was held.
    """
    seen = seen or look_at_devices(context, saved)
    if is_of_somebody_new(context, saved, seen):
        raise SomebodyNew
    unlisted = seen.is_listed is False
    try:
        warning = guard_last_device(context, saved, seen, "allow" if unlisted and mode == "warn" else mode, names)
    except Refusal:
        again = context.retries.poll(lambda: _listed(context, saved), context.limits.propagation) if unlisted else None
        if again:
            return _look_and_guard(context, saved, mode, names, again)
        if unlisted:
            return seen
        raise
    if warning and not unlisted:
        context.warn(warning)
    return seen


def _listed(context: AccountContext, saved: Association) -> Seen | None:
    seen = look_at_devices(context, saved)
    return seen if seen.is_listed is not False else None


def check_delete(context: AccountContext, saved: Association, mode: LastDeviceGuard = "warn") -> bool | None:
    """What ``delete`` would refuse or warn of, as far as reads show; nothing is written.

    Returns whether IAM lists the device for the user, None when the list is denied. ``context`` has a ledger that only
    foresees: a foreseen removal counts in it like one that was made. Raises ``LastDevice``, ``TooManyRemovals`` if the
    run has a limit, ``WrongAccount`` or an ``AwsError``.
    """
    account_id = context.account_for(saved.serial_number, saved.account_id)
    with context.ledger.lock_users(context, account_id, saved.user_name):
        seen = look_at_devices(context, saved)
        if is_of_somebody_new(context, saved, seen):
            context.warn(_not_bound_to(saved))
            return False
        if seen.is_listed is False:
            return False
        warning = guard_last_device(context, saved, seen, mode, (saved.user_name,))
        if warning:
            context.warn(warning)
        with context.ledger.removing(saved.pair, context.limits.max_removals):
            return seen.is_listed


def _delete_entity(context: AccountContext, saved: Association) -> None:
    """Delete the virtual device itself, which this code is said to own."""
    if context.ledger.is_declared_for_anybody(saved.serial_number):
        context.warn(f"{saved.serial_number} was kept: it is declared for another user")
        return
    try:
        context.write_until_confirmed(
            lambda: context.iam.delete_virtual_mfa_device(saved.serial_number.text),
            lambda: context.directory.find(saved.serial_number, fresh=True) is None,
        )
    except NoSuchEntity:
        context.note(f"{saved.serial_number} was deleted already")
    except DeleteConflict:
        context.warn(f"{saved.serial_number} was kept: somebody registered it meanwhile")


def _not_held(context: AccountContext, saved: Association, *, lost: bool) -> Released:
    """Say what became of a device that the user did not hold; never touch it. ``lost``: it may have been our doing."""
    holder = other_holder(context, saved)
    if holder is None:
        _say_where_it_went(context, saved, lost=lost)
    elif not renamed(saved, holder):
        context.warn(f"{saved.serial_number} is now assigned to {holder_label(holder)} and was not changed")
    if lost and not (holder and renamed(saved, holder)):
        with context.ledger.removing(saved.pair, None):
            pass
    return Released(holder)


def _say_where_it_went(context: AccountContext, saved: Association, *, lost: bool) -> None:
    moved_on = _may_be_renamed(context, saved)
    if moved_on:
        context.warn(
            f"{saved.serial_number} was not deactivated: {moved_on}; if {saved.user_name} was renamed, that user still "
            "holds the device: look under the new name (IAM shows the holders of virtual devices only)"
        )
    elif not lost:
        context.note(f"{saved.serial_number} of {saved.user_name} was already inactive")


def _may_be_renamed(context: AccountContext, saved: Association) -> str | None:
    """Why the saved user may hold the device under a name that IAM does not show; a user who holds one cannot be deleted."""
    if saved.kind.holder_is_listed or saved.user_name == ROOT_USER:
        return None
    try:
        context.devices(saved.user_name)
    except NoSuchEntity:
        return f"there is no user {saved.user_name}"
    except AccessDenied:
        return None
    if is_somebody_new(context, saved):
        return f"another user is called {saved.user_name} now"
    return None
