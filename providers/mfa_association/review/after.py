"""What a holder has after the change: devices, a console password, administrator rights. Pure.

What AWS says comes first, what the code declares stands in for it, and what neither tells is "not checked".
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from mfa_association.review.effects import Effect
from mfa_association.review.facts import Administrator, Facts, Holder, Live, NotChecked
from mfa_association.review.findings import Cell, Left
from mfa_association.review.model import Grant, Preview

Key = tuple[str, str, str]
"""A holder, and the account: a program may span accounts, and names are the same in many."""


class After:
    """The state of every holder after the change."""

    def __init__(self, preview: Preview, found: list[Effect], live: Live | None) -> None:
        self._live = {facts.holder.key: facts for facts in live.holders} if live else {}
        self._reason = _reason(live)
        self._lost: defaultdict[Key, dict[str, str]] = defaultdict(dict)
        self._kept: defaultdict[Key, dict[str, str]] = defaultdict(dict)
        self._enabled: defaultdict[Key, dict[str, str]] = defaultdict(dict)
        self._account = _only_account(preview)
        self._gone = {
            (user.account_id or self._account or "?", user.user_name.lower())
            for user in preview.users
            if user.op == "delete" and not user.spared and not user.replaces and user.user_name
        }
        self._grants: dict[tuple[Grant, str], str] = {}
        self._note_grants(preview)
        for effect in found:
            self._note(effect)

    def facts(self, holder: Holder | None) -> Facts | None:
        """What AWS says of a holder, if it was asked."""
        return self._live.get(holder.key) if holder else None

    def gone(self, holder: Holder | None, account: str | None) -> bool:
        """Whether the user is deleted by the same change, or does not exist any more."""
        facts = self.facts(holder)
        if facts is not None and facts.exists is False:
            return True
        place = account or self._account
        return holder is not None and place is not None and (place, (holder.user_name or "").lower()) in self._gone

    def held_now(self, holder: Holder | None, serial_number: str | None) -> bool | None:
        """Whether AWS says that the holder has the device now; None where it was not asked."""
        facts = self.facts(holder)
        if facts is None or serial_number is None or isinstance(facts.serial_numbers, NotChecked):
            return None
        return serial_number.lower() in {serial.lower() for serial in facts.serial_numbers}

    def holds_any_now(self, holder: Holder | None) -> bool | None:
        """Whether AWS says that the holder has a device now; None where it was not asked."""
        facts = self.facts(holder)
        if facts is None or isinstance(facts.serial_numbers, NotChecked):
            return None
        return bool(facts.serial_numbers)

    def left(self, holder: Holder | None, account: str | None) -> Left:
        """The devices that stay, or come and can be enabled."""
        if holder is None:
            return Left(0, "managed")
        key, facts = self._key(holder, account), self.facts(holder)
        if facts is None or isinstance(facts.serial_numbers, NotChecked):
            basis: Literal["live", "managed"] = "managed"
            stay = dict(self._kept[key])
        else:
            stay, basis = {serial.lower(): serial for serial in facts.serial_numbers}, "live"
        stay = {serial: text for serial, text in stay.items() if serial not in self._lost[key]}
        come = {serial: text for serial, text in self._enabled[key].items() if serial not in stay}
        return Left(len(stay) + len(come), basis, len(come), tuple(sorted((*stay.values(), *come.values()))))

    def console_password(self, holder: Holder | None) -> Cell:
        """Whether the holder can sign in to the console."""
        given = self._granted("password", holder)
        if given == "delete" and self._account:
            return Cell("no", "taken away by this change")
        answer = self._asked(holder, "console_password")
        if answer.answer != "yes" and given:
            return Cell("yes", "given by this change" if given == "create" else "declared in this stack")
        return answer

    def administrator(self, holder: Holder | None) -> Cell:
        """Whether the holder may do everything; a root user may."""
        if holder is not None and holder.root_account_id:
            return Cell("yes", "root user")
        given = self._granted("administrator", holder)
        answer = self._asked(holder, "administrator")
        if answer.answer != "yes" and given in ("create", "same"):
            return Cell("yes", "given by this change" if given == "create" else "declared in this stack")
        return answer

    def last_sign_in(self, holder: Holder | None) -> str | None:
        """When the holder's password was used last, ``never``, or None where that is not known."""
        facts = self.facts(holder)
        if facts is None or isinstance(facts.password_last_used, NotChecked) or facts.console_password is not True:
            return None
        return facts.password_last_used or "never"

    def disabled(self, holder: Holder | None) -> bool:
        """Whether AWS says that the holder can sign in in no way: no password, no active access key."""
        facts = self.facts(holder)
        password = self.console_password(holder)
        return facts is not None and facts.active_access_keys == 0 and password.answer == "no" and not _root(holder)

    def _asked(self, holder: Holder | None, name: str) -> Cell:
        facts = self.facts(holder)
        value: Administrator | bool | NotChecked = getattr(facts, name) if facts else self._reason
        if isinstance(value, NotChecked):
            return Cell("not checked", value.reason)
        note = facts.administrator_by or "" if facts and name == "administrator" else ""
        return Cell(("yes" if value else "no") if isinstance(value, bool) else value, note)

    def _granted(self, grant: Grant, holder: Holder | None) -> str | None:
        return self._grants.get((grant, (holder.user_name or "").lower())) if holder else None

    def _note_grants(self, preview: Preview) -> None:
        """Of several policies that make an administrator, one that stays is enough."""
        worth = {"same": 2, "create": 1, "delete": 0}
        for one in preview.grants:
            if one.user_name:
                key = (one.grant, one.user_name.lower())
                before = self._grants.get(key)
                if before is None or worth.get(one.op, 1) > worth.get(before, 0):
                    self._grants[key] = one.op

    def _note(self, effect: Effect) -> None:
        held, loser, gainer = effect.held, effect.loser, effect.gainer
        if held.key is None or held.serial_number is None:
            return
        if loser and effect.deactivates:
            self._lost[self._key(loser, held.account)][held.key] = held.serial_number
        gained = effect.again
        if gainer is None and effect.what == "redeclared":
            gainer = loser
        if gainer and gained and gained.enables:
            self._enabled[self._key(gainer, gained.account)][held.key] = held.serial_number
        saved, holder = effect.step.before, loser or held.holder
        if holder and saved and saved.active is not False and effect.keeps:
            self._kept[self._key(holder, saved.account)][held.key] = held.serial_number

    def _key(self, holder: Holder, account: str | None) -> Key:
        """A holder in an account; where a program spans accounts, an unknown one is none of the known."""
        return (*holder.key, account or self._account or "?")


def _only_account(preview: Preview) -> str | None:
    """The account of everything in a preview, if it is one; None for several. ``-`` where none is told."""
    holdings = [one for step in preview.devices for one in (step.before, step.after) if one]
    found = {one.account for one in holdings} | {user.account_id for user in preview.users}
    known = {account for account in found if account}
    return next(iter(known or {"-"})) if len(known) < 2 else None


def _reason(live: Live | None) -> NotChecked:
    if live is None:
        return NotChecked("")
    return live.checked_as if isinstance(live.checked_as, NotChecked) else NotChecked("not asked")


def _root(holder: Holder | None) -> bool:
    return holder is not None and holder.root_account_id is not None
