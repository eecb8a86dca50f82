"""The policies in force for a user: its own, those attached, and those of its groups, each read once for all users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mfa_association.aws.directory import User
from mfa_association.aws.policies import Document, Policies
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.reads import LiveReads, MemoizedRead
from mfa_association.review.live.rights import Found, UserRights, rights
from mfa_association.review.rights import Policy, Statement, is_administrator_arn, parse

EVERYTHING = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
"""What AWS's own AdministratorAccess says, in every partition and since 2015: it need not be read."""

Names = list[str] | NotChecked
Statements = tuple[Statement, ...] | NotChecked


class UserPolicies:
    """Users and their rights, each asked for alone: four calls a user. Safe between threads."""

    def __init__(self, reads: LiveReads, verbs: Policies) -> None:
        self._cells, self._verbs = reads, verbs
        self._managed = MemoizedRead(self._read_managed)
        self._group: MemoizedRead[str, tuple[Found, ...]] = MemoizedRead(lambda name: tuple(self._of_group(name)))

    def user(self, name: str) -> User | NotChecked | None:
        """GetUser."""
        users: list[User] | NotChecked = self._cells.read(lambda: [self._cells.reader.directory.user(name)], [])
        return users if isinstance(users, NotChecked) else next(iter(users), None)

    def rights(self, name: str) -> UserRights:
        """The user's own policies and those of its groups."""
        verbs, read = self._verbs, self._cells.read
        attached, inline = read(lambda: verbs.attached_to_user(name)), read(lambda: verbs.inline_of_user(name))
        groups = read(lambda: verbs.groups_of(name))
        policies = [*self._attached(attached, ""), *self._inline(inline, partial(verbs.user_policy, name), "")]
        if isinstance(groups, NotChecked):
            return rights([*policies, groups], groups, _both(attached, inline))
        policies += [policy for group in groups for policy in self._group(group)]
        return rights(policies, tuple(groups), _both(attached, inline))

    def _of_group(self, name: str) -> Iterator[Found]:
        verbs, read, through = self._verbs, self._cells.read, f" through group {name}"
        yield from self._attached(read(lambda: verbs.attached_to_group(name)), through)
        yield from self._inline(read(lambda: verbs.inline_of_group(name)), partial(verbs.group_policy, name), through)

    def _attached(self, arns: Names, through: str) -> Iterator[Found]:
        if isinstance(arns, NotChecked):
            yield arns
            return
        for arn in arns:
            yield named_policy(managed_name(arn) + through, self._managed(arn))

    def _inline(self, names: Names, read: Callable[[str], Document], through: str) -> Iterator[Found]:
        if isinstance(names, NotChecked):
            yield names
            return
        for name in names:
            yield named_policy(inline_name(name) + through, self._parsed(partial(read, name)))

    def _read_managed(self, arn: str) -> Statements:
        if is_administrator_arn(arn):
            return EVERYTHING
        return self._parsed(lambda: self._verbs.managed(arn))

    def _parsed(self, read: Callable[[], Document]) -> Statements:
        document = self._cells.read(read)
        return document if isinstance(document, NotChecked) else parse(document)


def named_policy(by: str, statements: Statements) -> Found:
    """A policy under the name that a report shows, or why it was not read."""
    return statements if isinstance(statements, NotChecked) else Policy(by, statements)


def managed_name(arn: str) -> str:
    """What a report calls a managed policy."""
    return arn.partition(":policy/")[2]


def inline_name(name: str) -> str:
    """What a report calls an inline policy."""
    return f"inline policy {name}"


def _both(attached: Names, inline: Names) -> tuple[str, ...] | NotChecked:
    if isinstance(attached, NotChecked):
        return attached
    return inline if isinstance(inline, NotChecked) else (*attached, *inline)
