"""What happens to a device that is lost, in words. Pure."""

from __future__ import annotations

from mfa_association.review.effects import Effect
from mfa_association.review.facts import Holder
from mfa_association.review.findings import Name, Phrase, RemainingDevices, short


def what_happens(effect: Effect, holder: Holder | None, left: RemainingDevices) -> Phrase:
    """A phrase that begins with a verb. ``holder``: who has the device now, by whatever name."""
    renamed = holder is not None and effect.loser is not None and holder.key != effect.loser.key
    before: Phrase = (" (the user whom the code calls ", Name(str(effect.loser)), ")") if renamed else ()
    return (*_what(effect, left), *before)


def _what(effect: Effect, left: RemainingDevices) -> Phrase:
    step = effect.step
    if step.taken_by:
        return ("taken over by another provider, ", Name(step.taken_by), ": treated as a removal")
    if step.op == "unknown":
        return ("unknown operation ", Name(step.raw_op), ": treated as a removal")
    if effect.what == "spared":
        return (f"AWS is not called: {step.skipped_because}",)
    if effect.what == "moved":
        to: Phrase = (Name(str(effect.gainer)),) if effect.gainer else ("a holder that is not known yet",)
        return ("moves to ", *to, *((" by way of a second resource",) if effect.other else ()))
    if effect.what == "redeclared":
        return _again(effect)
    return _gone(effect, left)


def _gone(effect: Effect, left: RemainingDevices) -> Phrase:
    step, other = effect.step, effect.other
    gone = "deactivated and deleted" if effect.held.also_deletes else "deactivated"
    if other and other.after:
        new = other.after.serial_number
        order = ", added first" if effect.order == "first" else ", added only afterwards"
        codes = "" if other.after.enables else " and without codes"
        return (f"{gone}; replaced by ", Name(short(new)) if new else "a device that is not known yet", order, codes)
    if left.replacements and not left.staying:
        return (f"{gone}; to be replaced by ", Name(", ".join(short(serial) for serial in left.replacements)))
    return (f"{gone}: left over from an unfinished run",) if step.leftover else (gone,)


def though_inactive(effect: Effect) -> str:
    """What becomes of a device that is not active, and is declared under another name (rule 2)."""
    enables = effect.redeclared_as is not None and effect.redeclared_as.enables and not effect.is_kept_by_another
    if not enables:
        return "is not active and stays so"
    if effect.order == "apart":
        return "is enabled through another provider, and then deactivated"
    if effect.is_renewed or effect.order != "first":
        return "was deactivated and is enabled again"
    if effect.held.active is False:
        return "stays deactivated if the run refreshes first; if not, it is enabled, and deactivated again at the end"
    return "was deactivated and is enabled again, unless the run refreshes first"


def _again(effect: Effect) -> Phrase:
    if effect.is_kept_by_another:
        return ("declared by another resource too; stays active",)
    if effect.order == "first":
        return ("declared again under another name; stays active", *_by_another_role(effect))
    if effect.order == "apart":
        return ("declared again through another provider; this one still deactivates it",)
    order = "deactivated and declared again" if effect.order == "last" else "removed and declared again in no set order"
    enables = effect.redeclared_as is not None and effect.redeclared_as.enables
    return (f"{order}; {'enabled again' if enables else 'without codes it stays inactive'}",)


def _by_another_role(effect: Effect) -> Phrase:
    """A declaration that fails keeps the record that it should have replaced, and the device with it."""
    role, before = effect.redeclared_as.role_arn if effect.redeclared_as else None, effect.held.role_arn
    if role == before:
        return ()
    through: Phrase = (Name(role),) if role else ("no role",)
    return (" through ", *through, "; if that is refused, the run ends in an error and the old record stays")
