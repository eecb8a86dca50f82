"""Who loses a device, and how bad that is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mfa_association.inventory.benchmarks import ROOT, WITH_PASSWORD, WITHOUT_PASSWORD
from mfa_association.review.accounts import same_account
from mfa_association.review.after import StateAfter
from mfa_association.review.effects import Effect
from mfa_association.review.facts import Holder
from mfa_association.review.findings import Finding, FindingKind, Name, Phrase, RemainingDevices, Risk
from mfa_association.review.model import Holding, Preview, SourceLocation, UserStep
from mfa_association.review.risk import of_loss, worse
from mfa_association.review.words import though_inactive, what_happens
from mfa_association.validation import UNKNOWN_KIND

_AGAIN: Phrase = ("yes, with two fresh codes",)


def losses(
    preview: Preview, effects: list[Effect], after: StateAfter, places: Mapping[str, SourceLocation]
) -> list[Finding]:
    """A finding for every device that is taken from somebody, or that leaves the state."""
    made = [_of_effect(effect, after, places) for effect in effects if effect.loser or _unknown_loser(effect)]
    holders = {finding.holder.key for finding in made if finding.holder}
    return [*made, *_of_users(preview, after, holders)]


def _unknown_loser(effect: Effect) -> bool:
    return effect.what in ("removed", "moved", "redeclared") and effect.loser is None


def _of_effect(effect: Effect, after: StateAfter, places: Mapping[str, SourceLocation]) -> Finding:
    held, step = effect.held, effect.step
    holder = after.present(held, effect.loser)
    left = _held_back(after.left(holder, held.account, step.process), effect)
    password, administrator = after.console_password(holder, held.account), after.administrator(holder, held.account)
    root = holder is not None and holder.root_account_id is not None
    late = effect.what == "removed" and effect.other is not None and effect.order != "first"
    risk, why = of_loss(left, password, administrator, root=root, gap=late)
    finding = Finding(
        kind=_kind(effect),
        risk=risk,
        holder=holder,
        serial_number=held.serial_number,
        device_kind=held.kind,
        what=what_happens(effect, holder, left),
        why=(f"{why}{_guarded(held, left)}",),
        left=left,
        console_password=password,
        administrator=administrator,
        address=step.address,
        undo=_undo(held, holder),
        place=places.get(held.key or "") or step.place,
        cis=_benchmarks(left, password.answer, root=root),
        removal=effect.what == "removed" and not _was_inactive(effect, after.held_now(holder, held.serial_number)),
        last_sign_in=after.last_sign_in(holder),
        secret=held.secret and holder is None,
    )
    return _eased(finding, effect, after)


def _was_inactive(effect: Effect, held_now: bool | None) -> bool:
    """Whether it was saved as inactive and AWS was not asked: rated like any other, and not counted as a removal."""
    return held_now is None and effect.held.active is False


def _held_back(left: RemainingDevices, effect: Effect) -> RemainingDevices:
    """A replacement in its own resource: the engine keeps the old one until the new one is there, or it is gone first."""
    if effect.what != "removed" or effect.other is None:
        return left
    return replace(left, held_back=effect.order == "first")


def _benchmarks(left: RemainingDevices, password: str, *, root: bool) -> tuple[str, ...]:
    if root:
        return ROOT
    if left.last is False:
        return ()
    return WITHOUT_PASSWORD if password == "no" else WITH_PASSWORD


def _guarded(held: Holding, left: RemainingDevices) -> str:
    """What was saved with the device is obeyed when it goes."""
    stops = held.on_last_device == "refuse" and left.last is not False
    return "; the saved guard on_last_device: refuse may stop it" if stops else ""


def _kind(effect: Effect) -> FindingKind:
    if effect.what == "removed":
        return "replaced" if effect.other else "removed"
    names: dict[str, FindingKind] = {"spared": "left-alone", "moved": "moved-away", "redeclared": "redeclared"}
    return names[effect.what]


def _undo(held: Holding, holder: Holder | None) -> Phrase:
    if holder is not None and holder.root_account_id:
        return ("only by the root user",)
    if held.kind.console_only:
        return ("no: ", Name(str(holder or "its user")), " must register it again")
    if held.also_deletes:
        return ("no: a new one must be set up",)
    return _AGAIN


def _eased(finding: Finding, effect: Effect, after: StateAfter) -> Finding:
    """What looks like a loss and is none, or harms nobody; and what is worse than it looks, since nobody can tell whose."""
    holder, account = finding.holder, effect.held.account
    if effect.what == "spared":
        return _info(finding, "this resource changes nothing in AWS", undo=("nothing to undo",))
    if effect.what == "redeclared":
        return _rated_again(finding, effect, after)
    if effect.what == "moved" and _is_renamed(effect, after):
        return _info(finding, "the user is renamed in the same change")
    if holder is None and after.asked:
        return replace(finding, risk="critical", why=("its holder could not be found out",))
    if after.held_now(holder, finding.serial_number) is False:
        return replace(_info(finding, "AWS says that it is not active"), what=("nothing: it is not active",))
    if effect.what == "removed" and after.is_of_a_namesake(holder, effect.held):
        finding = _of_a_namesake(finding)
    if after.leaves(holder, account):
        return replace(_info(finding, "the user goes too"), removal=finding.removal)
    if after.disabled(holder, account):
        return replace(_info(finding, "no console password and no active access key"), removal=finding.removal)
    if after.deletion(holder, account):
        return replace(
            finding, why=(*finding.why, "; the user is to be deleted too, which policies and keys may block")
        )
    return finding


def _of_a_namesake(finding: Finding) -> Finding:
    """The delete leaves it alone, if it may ask who the user is: so it is rated, and not counted."""
    what = "left alone: another user has this name now"
    why = "; a run that may not call iam:GetUser would deactivate it"
    return replace(finding, what=(what,), why=(*finding.why, why), counts=False, removal=False)


def _is_renamed(effect: Effect, after: StateAfter) -> bool:
    """Whether the new holder is the old one under a new name: of the same account, and nobody who exists already."""
    if effect.loser is None or effect.gainer is None or after.exists(effect.gainer):
        return False
    return any(
        _low(user.previous_name) == _low(effect.loser.user_name)
        and _low(user.user_name) == _low(effect.gainer.user_name)
        and same_account(user.account_id or after.account, effect.held.account or after.account) is not False
        for user in after.preview.users
        if user.previous_name
    )


def _rated_again(finding: Finding, effect: Effect, after: StateAfter) -> Finding:
    """The same device for the same holder: what matters is whether it is active now, and whether it is so afterwards."""
    now, enables = (
        after.held_now(finding.holder, finding.serial_number),
        bool(effect.redeclared_as and effect.redeclared_as.enables),
    )
    if now is False or (now is None and effect.held.active is False):
        why = "AWS says that it is not active" if now is False else "not active when it was last saved"
        return replace(finding, risk="low", what=(though_inactive(effect),), why=(why,), counts=False, cis=())
    if effect.order == "apart":
        return finding
    if effect.order == "first":
        why = "the other declaration stays" if effect.is_kept_by_another else "the new declaration comes first"
        return replace(finding, risk="low", why=(why,), counts=False, cis=())
    if enables:
        return replace(finding, risk="medium", why=("it is deactivated for a moment",), counts=False, cis=())
    return replace(finding, risk=worse("medium", finding.risk))


def _info(finding: Finding, why: str, undo: Phrase | None = None) -> Finding:
    risk: Risk = "info"
    return replace(
        finding, risk=risk, why=(why,), counts=False, removal=False, cis=(), undo=finding.undo if undo is None else undo
    )


def _of_users(preview: Preview, after: StateAfter, holders: set[tuple[str, str]]) -> Iterator[Finding]:
    """Users whose deletion takes every device along, where no resource says which."""
    for user in preview.users:
        holder = Holder(user.user_name) if user.user_name else None
        if not user.takes_devices or user.op not in ("delete", "unknown") or user.skipped_because:
            continue
        if after.holds_any_now(holder) is False or (holder and holder.key in holders and not user.replaces):
            continue
        yield _of_user(user, holder, after)


def _of_user(user: UserStep, holder: Holder | None, after: StateAfter) -> Finding:
    left, account = RemainingDevices(0, "all"), user.account_id
    password, administrator = after.console_password(holder, account), after.administrator(holder, account)
    risk, why = of_loss(left, password, administrator, root=False, gap=False)
    again = (", who is then created again",) if user.replaces else ()
    finding = Finding(
        kind="user-deleted",
        risk=risk,
        holder=holder,
        serial_number=None,
        device_kind=UNKNOWN_KIND,
        what=("all devices are deactivated with the user", *again),
        why=(why,),
        left=left,
        console_password=password,
        administrator=administrator,
        address=user.address,
        undo=_AGAIN,
        place=user.place,
        cis=_benchmarks(left, password.answer, root=False),
        removal=True,
        last_sign_in=after.last_sign_in(holder),
    )
    if user.replaces:
        return finding
    if after.leaves(holder, account):
        return replace(_info(finding, "the user goes too"), removal=True)
    return replace(finding, why=(*finding.why, "; the user goes too, unless its policies block that"))


def _low(name: str | None) -> str:
    return (name or "").lower()
