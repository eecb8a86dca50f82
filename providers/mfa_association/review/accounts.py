"""Whom a grant is for: names are the same in many accounts, so accounts are compared wherever they are known. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from mfa_association.review.facts import Facts, Holder, NotChecked
from mfa_association.review.model import HIDDEN_USER, Grant, GrantStep, Preview


@dataclass(frozen=True)
class Given:
    """What a change says of a password, or of rights: how they are surely or perhaps given, and whether they go."""

    given: str = ""
    perhaps: str = ""
    deleted: bool = False


class Grants:
    """The grants of a change, by user. ``account``: that of everything in it, if it is one."""

    def __init__(self, preview: Preview, account: str | None) -> None:
        self._widened, self._account = preview.widened, account
        self._by_user: defaultdict[tuple[Grant, str], list[GrantStep]] = defaultdict(list)
        for grant in preview.grants:
            if grant.user_name:
                self._by_user[grant.grant, grant.user_name.lower()].append(grant)

    def of(self, grant: Grant, holder: Holder | None, account: str | None) -> Given:
        """What concerns a holder. What may be somebody else's counts where it makes things worse, never where better."""
        ours = account or self._account
        mine = [step for step in self._mine(grant, holder) if same_account(step.account_id, ours) is not False]
        certain = [step for step in mine if step.certain and step.user_name != HIDDEN_USER]
        sure = [step for step in certain if step.op in ("create", "same", "update")]
        perhaps = [step for step in mine if step.op == "create" and step not in certain]
        words = "declared in this stack" if any(step.op == "same" for step in sure) else "given by this change"
        deleted = any(step.op == "delete" and step.account_id and step.account_id == ours for step in certain)
        return Given(words if sure else "", "given by this change, perhaps" if perhaps else "", deleted)

    def gives_way_in(self, holder: Holder, account: str | None) -> bool:
        """Whether the change gives the user a password or an access key."""
        kinds: tuple[Grant, ...] = ("password", "access-key")
        ours = account or self._account
        steps = [step for kind in kinds for step in self._mine(kind, holder) if step.op in ("create", "update")]
        return any(same_account(step.account_id, ours) is not False for step in steps)

    def widened(self, facts: Facts | None) -> str | None:
        """Through which group or policy, that the change makes powerful, a user may get rights."""
        for entry in self._widened:
            known = None if facts is None else facts.groups if entry.kind == "group" else facts.policies
            if known is None or isinstance(known, NotChecked) or entry.name in {name.lower() for name in known}:
                return f"this change makes the {entry.kind} {entry.name} powerful"
        return None

    def _mine(self, grant: Grant, holder: Holder | None) -> list[GrantStep]:
        """What names a holder, or somebody whose name is hidden."""
        if holder is None:
            return []
        names = {(holder.user_name or "").lower(), HIDDEN_USER}
        return [step for name in names for step in self._by_user.get((grant, name), [])]


def same_account(account: str | None, other: str | None) -> bool | None:
    """Whether two accounts are the same; None where either is not known. Where none is told at all, all is in one."""
    if account is None or other is None or (account != other and "-" in (account, other)):
        return None
    return account == other


def only_account(preview: Preview) -> str | None:
    """The account of everything in a preview, if it is one; None for several. ``-`` where none is told."""
    holdings = [holding for step in preview.devices for holding in (step.before, step.after) if holding]
    accounts = {holding.account for holding in holdings} | {user.account_id for user in preview.users}
    known = {account for account in accounts if account}
    return next(iter(known or {"-"})) if len(known) < 2 else None
