"""What a holder has after the change: devices, a console password, administrator rights. Pure.

What AWS says comes first, what the code declares stands in for it, and what neither tells is "not checked".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from mfa_association.review.accounts import Grants, only_account, same_account
from mfa_association.review.effects import Effect
from mfa_association.review.facts import Administrator, Facts, Holder, Live, NotChecked
from mfa_association.review.findings import Cell, RemainingDevices
from mfa_association.review.model import Holding, Preview, UserStep

Key = tuple[str, str, str]
"""A holder, and the account: a program may span accounts, and names are the same in many."""


@dataclass(frozen=True)
class _Coming:
    """A device that this change adds and that can be enabled, or whose create fails if it is not."""

    serial_number: str
    process: str


class StateAfter:
    """The state of every holder after the change."""

    def __init__(self, preview: Preview, effects: list[Effect], live: Live | None) -> None:
        self.preview = preview
        self.asked = live is not None and not isinstance(live.checked_as, NotChecked)
        self._live = {facts.holder.key: facts for facts in live.holders} if live else {}
        self._present = dict(live.present) if live else {}
        self._reason = _reason(live)
        self._lost: defaultdict[Key, dict[str, str]] = defaultdict(dict)
        self._kept: defaultdict[Key, dict[str, str]] = defaultdict(dict)
        self._coming: defaultdict[Key, dict[str, _Coming]] = defaultdict(dict)
        self._deleted: defaultdict[str, list[UserStep]] = defaultdict(list)
        for user in preview.users:
            if user.op == "delete" and not user.skipped_because and not user.replaces and user.user_name:
                self._deleted[user.user_name.lower()].append(user)
        self.account = only_account(preview)
        self.grants = Grants(preview, self.account)
        for effect in effects:
            self._note(effect)

    def facts(self, holder: Holder | None) -> Facts | None:
        """What AWS says of a holder, if it was asked."""
        return self._live.get(holder.key) if holder else None

    def present(self, held: Holding, holder: Holder | None) -> Holder | None:
        """Who holds a device now, as AWS says; else whom the preview names."""
        return self._present.get(held.key or "", holder)

    def exists(self, holder: Holder | None) -> bool | None:
        """Whether AWS says that there is such a user; None where it was not asked."""
        facts = self.facts(holder)
        return None if facts is None or isinstance(facts.exists, NotChecked) else facts.exists

    def deletion(self, holder: Holder | None, account: str | None) -> UserStep | None:
        """What deletes the user for good in the same change."""
        name = (holder.user_name or "").lower() if holder else ""
        for user in self._deleted.get(name, ()):
            if same_account(user.account_id or self.account, account or self.account):
                return user
        return None

    def leaves(self, holder: Holder | None, account: str | None) -> bool:
        """Whether the user surely goes too: AWS was asked, nothing blocks the deletion, and no way in is given."""
        user, facts = self.deletion(holder, account), self.facts(holder)
        if user is None or facts is None or holder is None or isinstance(facts.policies, NotChecked):
            return False
        name = (holder.user_name or "").lower()
        blocking = [policy for policy in facts.policies if (name, policy) not in self.preview.detached]
        emptied = user.takes_devices or (
            facts.active_access_keys == 0 and self.console_password(holder, account).answer == "no"
        )
        return not blocking and emptied and not self.grants.gives_way_in(holder, account)

    def held_now(self, holder: Holder | None, serial_number: str | None) -> bool | None:
        """Whether AWS says that the holder has the device now; None where it was not asked."""
        facts = self.facts(holder)
        if facts is None or serial_number is None or isinstance(facts.serial_numbers, NotChecked):
            return None
        return serial_number.lower() in {serial.lower() for serial in facts.serial_numbers}

    def is_of_a_namesake(self, holder: Holder | None, held: Holding) -> bool:
        """Whether AWS says that a user of the saved one's name, but of another id, has the device now."""
        facts = self.facts(holder)
        if facts is None or None in (facts.user_id, held.user_id) or facts.user_id == held.user_id:
            return False
        return self.held_now(holder, held.serial_number) is True

    def holds_any_now(self, holder: Holder | None) -> bool | None:
        """Whether AWS says that the holder has a device now; None where it was not asked."""
        facts = self.facts(holder)
        if facts is None or isinstance(facts.serial_numbers, NotChecked):
            return None
        return bool(facts.serial_numbers)

    def left(self, holder: Holder | None, account: str | None, process: str | None = None) -> RemainingDevices:
        """The devices that stay, or come and can be enabled. ``process``: what serves the device that goes."""
        if holder is None:
            return RemainingDevices(0, "managed")
        key, facts = self._key(holder, account), self.facts(holder)
        if facts is None or isinstance(facts.serial_numbers, NotChecked):
            basis: Literal["live", "managed"] = "managed"
            stay = dict(self._kept[key])
        else:
            stay, basis = {serial.lower(): serial for serial in facts.serial_numbers}, "live"
        stay = {serial: text for serial, text in stay.items() if serial not in self._lost[key]}
        come = {serial: coming for serial, coming in self._coming[key].items() if serial not in stay}
        names = tuple(sorted(coming.serial_number for coming in come.values()))
        heard = self.preview.ordered and any(process == coming.process for coming in come.values())
        return RemainingDevices(
            len(stay) + len(come), basis, len(come), tuple(sorted((*stay.values(), *names))), names, heard
        )

    def console_password(self, holder: Holder | None, account: str | None = None) -> Cell:
        """Whether the holder can sign in to the console."""
        given = self.grants.of("password", holder, account)
        answer = self._asked(holder, "console_password")
        if given.deleted and not given.given:
            return Cell("no", "taken away by this change")
        if answer.answer != "yes" and given.given:
            return Cell("yes", given.given)
        return Cell("not fully determined", given.perhaps) if answer.answer == "no" and given.perhaps else answer

    def administrator(self, holder: Holder | None, account: str | None = None) -> Cell:
        """Whether the holder may do everything; a root user may."""
        if holder is not None and holder.root_account_id:
            return Cell("yes", "root user")
        given = self.grants.of("administrator", holder, account)
        answer = self._asked(holder, "administrator")
        if answer.answer == "yes":
            return answer
        if given.given:
            return Cell("yes", given.given)
        through = given.perhaps or self.grants.widened(self.facts(holder)) if holder else None
        return Cell("not fully determined", through) if through else answer

    def last_sign_in(self, holder: Holder | None) -> str | None:
        """When the holder's password was used last, ``never``, or None where that is not known."""
        facts = self.facts(holder)
        if facts is None or isinstance(facts.password_last_used, NotChecked) or facts.console_password is not True:
            return None
        return facts.password_last_used or "never"

    def disabled(self, holder: Holder | None, account: str | None) -> bool:
        """Whether the holder can sign in in no way: AWS says no active access key, and neither that nor a password comes."""
        facts = self.facts(holder)
        if facts is None or holder is None or holder.root_account_id or facts.active_access_keys != 0:
            return False
        no_password = self.console_password(holder, account).answer == "no"
        return no_password and not self.grants.gives_way_in(holder, account)

    def _asked(self, holder: Holder | None, name: str) -> Cell:
        facts = self.facts(holder)
        value: Administrator | bool | NotChecked = getattr(facts, name) if facts else self._reason
        if isinstance(value, NotChecked):
            return Cell("not checked", value.reason)
        note = facts.administrator_by or "" if facts and name == "administrator" else ""
        return Cell(("yes" if value else "no") if isinstance(value, bool) else value, note)

    def _note(self, effect: Effect) -> None:
        held, loser, gainer = effect.held, self.present(effect.held, effect.loser), effect.gainer
        if held.key is None or held.serial_number is None:
            return
        if loser and effect.deactivates:
            self._lost[self._key(loser, held.account)][held.key] = held.serial_number
        gained = effect.redeclared_as
        if gainer is None and effect.what == "redeclared" and not effect.is_kept_by_another:
            gainer = loser
        if gainer and gained and effect.order != "apart" and (gained.enables or gained.fails_if_inactive):
            process = (effect.other or effect.step).process
            self._coming[self._key(gainer, gained.account)][held.key] = _Coming(held.serial_number, process)
        saved, holder = effect.step.before, loser or held.holder
        if holder and saved and saved.active is not False and effect.keeps:
            self._kept[self._key(holder, saved.account)][held.key] = held.serial_number

    def _key(self, holder: Holder, account: str | None) -> Key:
        """A holder in an account; where a program spans accounts, an unknown one is none of the known."""
        return (*holder.key, account or self.account or "?")


def _reason(live: Live | None) -> NotChecked:
    if live is None:
        return NotChecked("")
    return live.checked_as if isinstance(live.checked_as, NotChecked) else NotChecked("not asked")
