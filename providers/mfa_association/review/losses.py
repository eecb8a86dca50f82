"""Who loses a device, and how bad that is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mfa_association.review.after import After
from mfa_association.review.effects import Effect
from mfa_association.review.facts import Holder
from mfa_association.review.findings import Finding, Kind, Left, Name, Phrase, Risk, short
from mfa_association.review.model import Holding, Place, Preview, UserStep
from mfa_association.review.risk import CIS_ROOT, CIS_USER, of_loss, worse

_AGAIN: Phrase = ("yes, with two fresh codes",)


def losses(preview: Preview, found: list[Effect], after: After, places: Mapping[str, Place]) -> list[Finding]:
    """A finding for every device that is taken from somebody, or that leaves the state."""
    renamed = {_low(user.previous_name): user for user in preview.users if user.previous_name}
    made = [
        _of_effect(effect, after, places, renamed, preview.ordered)
        for effect in found
        if effect.loser or _unknown_loser(effect)
    ]
    told = {one.holder.key for one in made if one.holder}
    return [*made, *_of_users(preview, after, told)]


def _unknown_loser(effect: Effect) -> bool:
    return effect.what in ("removed", "moved") and effect.loser is None


def _of_effect(
    effect: Effect, after: After, places: Mapping[str, Place], renamed: Mapping[str, UserStep], ordered: bool
) -> Finding:
    held, holder, step = effect.held, effect.loser, effect.step
    left, password, administrator = (
        after.left(holder, held.account),
        after.console_password(holder),
        after.administrator(holder),
    )
    root = holder is not None and holder.root_account_id is not None
    late = effect.order != "first" if effect.other else left.coming == left.count > 0 and not ordered
    risk, why = of_loss(left, password, administrator, root=root, gap=late)
    finding = Finding(
        kind=_kind(effect),
        risk=risk,
        holder=holder,
        serial_number=held.serial_number,
        device_kind=held.kind,
        what=_what(effect, held),
        why=(f"{why}{_guarded(held, left)}",),
        left=left,
        console_password=password,
        administrator=administrator,
        address=step.address,
        undo=_undo(held, holder),
        place=places.get(held.key or "") or step.place,
        cis=CIS_ROOT if root else CIS_USER if left.last is not False and password.answer != "no" else (),
        removal=effect.what == "removed",
        last_sign_in=after.last_sign_in(holder),
    )
    return _eased(finding, effect, after, renamed)


def _guarded(held: Holding, left: Left) -> str:
    """What was saved with the device is obeyed when it goes."""
    stops = held.on_last_device == "refuse" and left.last is not False
    return "; the saved guard on_last_device: refuse may stop it" if stops else ""


def _kind(effect: Effect) -> Kind:
    if effect.what == "removed":
        return "replaced" if effect.other else "removed"
    names: dict[str, Kind] = {"spared": "left-alone", "moved": "moved-away", "redeclared": "redeclared"}
    return names[effect.what]


def _what(effect: Effect, held: Holding) -> Phrase:
    step, other = effect.step, effect.other
    if step.op == "unknown":
        return ("unknown operation ", Name(step.raw_op), ": taken for a removal")
    if effect.what == "spared":
        return (f"AWS is not called: {step.spared}",)
    if effect.what == "moved":
        to = (Name(str(effect.gainer)),) if effect.gainer else ("a holder that is not known yet",)
        return ("moves to ", *to, *((" by way of a second resource",) if other else ()))
    if effect.what == "redeclared":
        return _again(effect)
    gone = "deactivated and deleted" if held.also_deletes else "deactivated"
    if other and other.after:
        new = other.after.serial_number
        order = ", added first" if effect.order == "first" else ", added only afterwards"
        codes = "" if other.after.enables else " and without codes"
        return (f"{gone}; replaced by ", Name(short(new)) if new else "a device that is not known yet", order, codes)
    return (f"{gone}: left over from a failed run",) if step.leftover else (gone,)


def _again(effect: Effect) -> Phrase:
    if effect.order == "first":
        return ("declared again under another name; stays active",)
    order = "deactivated and declared again" if effect.order == "last" else "removed and declared again in no set order"
    enables = effect.again is not None and effect.again.enables
    return (f"{order}; {'enabled anew' if enables else 'without codes it stays inactive'}",)


def _undo(held: Holding, holder: Holder | None) -> Phrase:
    if holder is not None and holder.root_account_id:
        return ("only by the root user",)
    if held.kind == "fido":
        return ("no: ", Name(str(holder or "its user")), " must register it anew")
    if held.also_deletes:
        return ("no: one must be set up anew",)
    return _AGAIN


def _eased(finding: Finding, effect: Effect, after: After, renamed: Mapping[str, UserStep]) -> Finding:
    """What looks like a loss and is none, or harms nobody."""
    holder = finding.holder
    new_name = renamed.get(_low(holder.user_name)) if holder else None
    held_now, saved = after.held_now(holder, finding.serial_number), effect.held.active
    if effect.what == "spared":
        return _info(finding, "this resource changes nothing in AWS", undo=("nothing to undo",))
    if effect.what == "redeclared":
        return _rated_again(finding, effect)
    if (
        effect.what == "moved"
        and new_name
        and effect.gainer
        and _low(new_name.user_name) == _low(effect.gainer.user_name)
    ):
        return _info(finding, "the user is renamed in the same change")
    if held_now is False:
        return replace(_info(finding, "AWS says that it is not active"), what=("nothing: it is not active",))
    if held_now is None and saved is False:
        what = ("nothing, unless it was registered again since",)
        why = ("not active when it was last saved",)
        return replace(finding, risk="low", why=why, what=what, counts=False, cis=(), removal=False)
    if after.gone(holder, effect.held.account):
        return replace(_info(finding, "the user goes too"), removal=finding.removal)
    if after.disabled(holder):
        return replace(_info(finding, "no console password and no active access key"), removal=finding.removal)
    return finding


def _rated_again(finding: Finding, effect: Effect) -> Finding:
    if effect.order == "first":
        return replace(finding, risk="low", why=("the new declaration comes first",), counts=False, cis=())
    if effect.again is not None and effect.again.enables:
        return replace(finding, risk="medium", why=("it is deactivated for a moment",), counts=False, cis=())
    return replace(finding, risk=worse("medium", finding.risk))


def _info(finding: Finding, why: str, undo: Phrase | None = None) -> Finding:
    risk: Risk = "info"
    return replace(
        finding, risk=risk, why=(why,), counts=False, removal=False, cis=(), undo=finding.undo if undo is None else undo
    )


def _of_users(preview: Preview, after: After, told: set[tuple[str, str]]) -> Iterator[Finding]:
    """Users whose deletion takes every device along, where no resource says which."""
    for user in preview.users:
        holder = Holder(user.user_name) if user.user_name else None
        if not user.takes_devices or user.op not in ("delete", "unknown") or user.spared:
            continue
        if after.holds_any_now(holder) is False or (holder and holder.key in told and not user.replaces):
            continue
        yield _of_user(user, holder, after)


def _of_user(user: UserStep, holder: Holder | None, after: After) -> Finding:
    left = Left(0, "all")
    password, administrator = after.console_password(holder), after.administrator(holder)
    risk, why = of_loss(left, password, administrator, root=False, gap=False)
    finding = Finding(
        kind="user-deleted",
        risk=risk,
        holder=holder,
        serial_number=None,
        device_kind="unknown",
        what=("all devices are deactivated with the user", *((", who is then made anew",) if user.replaces else ())),
        why=(why,),
        left=left,
        console_password=password,
        administrator=administrator,
        address=user.address,
        undo=_AGAIN,
        place=user.place,
        cis=CIS_USER if password.answer != "no" else (),
        removal=True,
        last_sign_in=after.last_sign_in(holder),
    )
    return finding if user.replaces else replace(_info(finding, "the user goes too"), removal=True)


def _low(name: str | None) -> str:
    return (name or "").lower()
