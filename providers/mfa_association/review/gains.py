"""Who gains a device, or what lets somebody in, and how bad that is. Pure.

Whoever wants in adds a device before taking one away: gains are rated like losses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mfa_association.fields import CHOICES
from mfa_association.review.after import StateAfter
from mfa_association.review.effects import Effect
from mfa_association.review.facts import Holder
from mfa_association.review.findings import Finding, FindingKind, Name, Phrase, Risk
from mfa_association.review.model import HIDDEN_USER, GrantStep, Holding, Preview, SourceLocation
from mfa_association.review.risk import of_gain, of_password
from mfa_association.review.words import though_inactive

_GUARDS = CHOICES["on_last_device"]
"""``on_last_device``, the strictest first."""


def gains(
    preview: Preview,
    effects: list[Effect],
    after: StateAfter,
    places: Mapping[str, SourceLocation],
    author: str | Sequence[str] | None,
) -> list[Finding]:
    """A finding for everything that gives somebody a device, or makes the devices there are weaker."""
    maker = _Gains(after, places, author)
    devices = (finding for effect in effects for finding in maker.of(effect))
    given = (grant for grant in preview.grants if grant.grant == "password" and grant.op == "create")
    return [*devices, *(finding for grant in given for finding in maker.password(grant))]


class _Gains:
    """What all gains of one review have in common."""

    def __init__(
        self, after: StateAfter, places: Mapping[str, SourceLocation], author: str | Sequence[str] | None
    ) -> None:
        self._after, self._places, self._author = after, places, author

    def of(self, effect: Effect) -> Iterator[Finding]:
        """What one effect gives, which may be nothing."""
        if effect.what == "added" or (effect.what == "moved" and not effect.step.skipped_because):
            yield self._addition(effect)
        elif effect.what == "changed" and effect.step.before and effect.step.after:
            yield from self._changes(effect, effect.step.before, effect.step.after)
        elif (
            effect.what == "redeclared"
            and effect.redeclared_as
            and effect.redeclared_as.enables
            and not effect.is_kept_by_another
        ):
            yield from self._enabled_again(effect, effect.redeclared_as)

    def password(self, grant: GrantStep) -> Iterator[Finding]:
        """A console password for somebody who may hold no device."""
        hidden, account = grant.user_name == HIDDEN_USER, grant.account_id
        holder = None if hidden else Holder(grant.user_name)
        left, administrator = self._after.left(holder, account), self._after.administrator(holder, account)
        if left.count or self._after.exists(holder) is False or self._after.leaves(holder, account):
            return
        risk, why = of_password(left, administrator)
        what = ("is given a console password",)
        held = Holding(holder, None, account_id=account, secret=hidden)
        yield self._finding("password-given", risk, holder, held, what, (why,), grant.address, grant.place)

    def _addition(self, effect: Effect) -> Finding:
        held = effect.redeclared_as or effect.held
        holder, step = effect.gainer, effect.other or effect.step
        kind: FindingKind = "added" if effect.what == "added" else "moved-here"
        if self._after.held_now(holder, held.serial_number):
            what: Phrase = ("is recorded",)
            return self._finding(
                kind, "info", holder, held, what, ("AWS says that the user holds it already",), step.address, step.place
            )
        moved = "it changes hands" if kind == "moved-here" else ""
        because = moved or ("" if held.enables else "nothing shows that it is theirs")
        risk, why = self._rate(holder, held, "medium" if because else "low", because)
        if held.unexplained:
            risk = "critical" if self._after.asked else "high"
            why = "not known yet, though nothing in this change produces it"
        return self._finding(kind, risk, holder, held, _given(effect, held), (why,), step.address, step.place)

    def _changes(self, effect: Effect, before: Holding, after: Holding) -> Iterator[Finding]:
        holder, step = after.holder, effect.step
        source = (after.seed_source, after.source_mark)
        hidden = "seed_source" in after.hidden
        if hidden or (after.seed_source and source != (before.seed_source, before.source_mark)):
            risk, why = self._rate(holder, after, "medium", "a new source of codes")
            what: Phrase = ("takes its codes from ", Name(after.seed_source or ""), " from now on")
            if hidden:
                what = ("may take its codes from another source: this one is not shown",)
            yield self._finding("seed-changed", risk, holder, after, what, (why,), step.address, step.place)
        if (after.renew != before.renew or "renew" in after.hidden) and after.enables:
            yield self._renewal(effect, before, after)
        was, now = before.on_last_device or "warn", after.on_last_device or "warn"
        if was in _GUARDS and now in _GUARDS and _GUARDS.index(now) > _GUARDS.index(was):
            what = ("may from now on be removed even if it is the last one",)
            why_not = (f"on_last_device was {was}",)
            yield self._finding("guard-changed", "low", holder, after, what, why_not, step.address, step.place)

    def _renewal(self, effect: Effect, before: Holding, after: Holding) -> Finding:
        holder, step = after.holder, effect.step
        now = self._after.held_now(holder, after.serial_number)
        if now or (now is None and before.active is not False):
            what: Phrase = ("is brought back in step with its codes",)
            return self._finding(
                "enabled-again", "info", holder, after, what, ("it is active already",), step.address, step.place
            )
        return self._armed(holder, after, step.address, step.place, "was deactivated and is enabled again")

    def _enabled_again(self, effect: Effect, again: Holding) -> Iterator[Finding]:
        """A device that is not active, and is declared under another name with what enables it."""
        step, holder = effect.other or effect.step, effect.loser
        now = self._after.held_now(holder, again.serial_number)
        if now is False or (now is None and effect.held.active is False):
            yield self._armed(holder, again, step.address, step.place, though_inactive(effect))

    def _armed(
        self, holder: Holder | None, held: Holding, address: str, place: SourceLocation | None, what: str
    ) -> Finding:
        risk, why = self._rate(holder, held, "medium", "somebody deactivated it")
        return self._finding("enabled-again", risk, holder, held, (what,), (why,), address, place)

    def _rate(self, holder: Holder | None, held: Holding, at_least: Risk, because: str) -> tuple[Risk, str]:
        root = holder is not None and holder.root_account_id is not None
        return of_gain(
            self._after.administrator(holder, held.account),
            root=root,
            own_line=is_same_person(self._author, holder),
            at_least=at_least,
            because=because,
        )

    def _finding(
        self,
        kind: FindingKind,
        risk: Risk,
        holder: Holder | None,
        held: Holding,
        what: Phrase,
        why: Phrase,
        address: str,
        place: SourceLocation | None,
    ) -> Finding:
        return Finding(
            kind=kind,
            risk=risk,
            holder=holder,
            serial_number=held.serial_number,
            device_kind=held.kind,
            what=what,
            why=why,
            left=self._after.left(holder, held.account),
            console_password=self._after.console_password(holder, held.account),
            administrator=self._after.administrator(holder, held.account),
            address=address,
            place=self._places.get(held.key or "") or place,
            counts=kind in ("added", "moved-here") and risk != "info",
            own_line=is_same_person(self._author, holder),
            last_sign_in=self._after.last_sign_in(holder),
            secret=held.secret and holder is None,
        )


def _given(effect: Effect, held: Holding) -> Phrase:
    come: Phrase = ("is",)
    if effect.what == "moved":
        come = ("comes from ", Name(str(effect.loser)) if effect.loser else "a holder that is not known yet", ", is")
    if held.seed_source:
        return (*come, " enabled with codes from ", Name(held.seed_source))
    if held.enables:
        return (*come, " enabled")
    return (*come, " declared without codes: active only if its user has registered it")


def is_same_person(author: str | Sequence[str] | None, holder: Holder | None) -> bool:
    """Whether a user of the code forge looks like an IAM user: the names agree but for a domain and punctuation.

    Of several authors any: a bot may have opened what somebody else wrote.
    """
    if not author or holder is None or not holder.user_name:
        return False
    names = [author] if isinstance(author, str) else author
    return _person(holder.user_name) in {_person(name) for name in names} - {""}


def _person(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().partition("@")[0])
