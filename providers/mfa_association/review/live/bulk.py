"""Users and their rights out of the lists of the whole account, where that takes fewer calls than to ask for each user.

GetAccountSummary tells how long the lists are. Where a list is denied or fails, each user is asked for as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from mfa_association.aws.details import AccountDetails, AccountSize, GroupDetail, Inline, PolicyDetail, UserDetail
from mfa_association.aws.directory import PAGE_SIZE, User
from mfa_association.aws.policies import Policies
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.lists import AccountLists
from mfa_association.review.live.reads import LiveReads, MemoizedRead
from mfa_association.review.live.rights import Found, UserRights, UserSource, rights
from mfa_association.review.live.user_policies import (
    EVERYTHING,
    Statements,
    UserPolicies,
    inline_name,
    managed_name,
    named_policy,
)
from mfa_association.review.rights import is_administrator_arn, parse

FEW = 5
"""Of so many users each is asked for: the lists of even the smallest account take as many calls."""
CALLS_A_USER = 4
"""GetUser, ListAttachedUserPolicies, ListUserPolicies and ListGroupsForUser, and perhaps more for each policy."""
NOT_A_POLICY = NotChecked("policy could not be evaluated")


@dataclass(frozen=True)
class Chosen:
    """Where users are read, and what ``Live.listed_at`` is to say of it."""

    source: UserSource
    listed_at: str | NotChecked | None = None


def choose_source(
    reads: LiveReads, lists: AccountLists, details: AccountDetails, verbs: Policies, users: int
) -> Chosen:
    """The cheaper way to read so many users."""
    singly = UserPolicies(reads, verbs)
    if users <= FEW:
        return Chosen(singly)
    size = reads.read(details.size)
    if isinstance(size, NotChecked):
        return Chosen(singly, size)
    if pages(size) >= CALLS_A_USER * users:
        return Chosen(singly)
    taken = rfc3339(reads.reader.iam.now())
    listed = lists.users()
    if isinstance(listed, NotChecked):
        return Chosen(singly, listed)
    entries = reads.pages("users, groups and policies", details.page, "GetAccountAuthorizationDetails")
    if isinstance(entries, NotChecked):
        return Chosen(singly, entries)
    return Chosen(Bulk(reads, singly, listed, entries, lambda: _in_force(reads, details), verbs), taken)


def pages(size: AccountSize) -> int:
    """How many calls the lists take: users, groups and policies together, the users again, and AWS's policies."""
    return ceil((size.users + size.groups + size.policies) / PAGE_SIZE) + ceil(size.users / PAGE_SIZE) + 1


def _in_force(reads: LiveReads, details: AccountDetails) -> dict[str, str] | NotChecked:
    policies = reads.pages("policies of AWS", details.aws_policies, "ListPolicies")
    return policies if isinstance(policies, NotChecked) else dict(policies)


class Bulk:
    """Users and their rights out of lists; one that is in no list is asked for alone. Safe between threads."""

    def __init__(
        self,
        reads: LiveReads,
        singly: UserPolicies,
        listed: dict[str, User],
        entries: list[UserDetail | GroupDetail | PolicyDetail],
        versions: Callable[[], dict[str, str] | NotChecked],
        verbs: Policies,
    ) -> None:
        """``listed``: by user id. ``versions``: AWS's policies that are attached, and the version in force of each."""
        self._cells, self._singly, self._verbs = reads, singly, verbs
        self._listed = {user.user_name.lower(): user for user in listed.values()}
        self._users = {entry.user_name.lower(): entry for entry in entries if isinstance(entry, UserDetail)}
        self._groups = {entry.group_name: entry for entry in entries if isinstance(entry, GroupDetail)}
        self._own = {entry.arn: entry.document for entry in entries if isinstance(entry, PolicyDetail)}
        self._versions: MemoizedRead[str, dict[str, str] | NotChecked] = MemoizedRead(lambda _: versions())
        self._managed = MemoizedRead(self._read_managed)

    def user(self, name: str) -> User | NotChecked | None:
        """From both lists: one tells the last sign-in, the other the boundary."""
        listed, detail = self._listed.get(name.lower()), self._users.get(name.lower())
        if listed is None or detail is None or listed.user_id != detail.user_id:
            return self._singly.user(name)
        return replace(listed, arn=detail.arn, boundary=detail.boundary)

    def rights(self, name: str) -> UserRights:
        """The user's own policies and those of its groups."""
        detail = self._users.get(name.lower())
        if detail is None or any(group not in self._groups for group in detail.groups):
            return self._singly.rights(name)
        policies = [*self._of(detail.attached, detail.inline, "")]
        for group in detail.groups:
            member_of = self._groups[group]
            policies += self._of(member_of.attached, member_of.inline, f" through group {group}")
        return rights(policies, detail.groups, (*detail.attached, *(policy for policy, _ in detail.inline)))

    def _of(self, attached: tuple[str, ...], inline: Inline, through: str) -> Iterator[Found]:
        for arn in attached:
            yield named_policy(managed_name(arn) + through, self._managed(arn))
        for name, document in inline:
            yield named_policy(inline_name(name) + through, NOT_A_POLICY if document is None else parse(document))

    def _read_managed(self, arn: str) -> Statements:
        if is_administrator_arn(arn):
            return EVERYTHING
        if arn in self._own:
            document = self._own[arn]
            return NOT_A_POLICY if document is None else parse(document)
        versions = self._versions("")
        version = None if isinstance(versions, NotChecked) else versions.get(arn)
        read = self._cells.read(
            lambda: self._verbs.managed(arn) if version is None else self._verbs.managed_version(arn, version)
        )
        return read if isinstance(read, NotChecked) else parse(read)
