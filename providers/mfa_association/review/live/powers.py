"""The policies in force for a user: its own, those attached, and those of its groups, each read once for all users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mfa_association.aws.policies import Document, Policies
from mfa_association.review.administrator import is_administrator_arn
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.cells import Cells, Once
from mfa_association.review.rights import Policy, Statement, parse

EVERYTHING = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
"""What AWS's own AdministratorAccess says, in every partition and since 2015: it need not be read."""

Found = Policy | NotChecked
Names = list[str] | NotChecked


class Powers:
    """The policies of users. Safe between threads."""

    def __init__(self, cells: Cells, verbs: Policies) -> None:
        self._cells, self._verbs = cells, verbs
        self._managed = Once(self._read_managed)
        self._group: Once[str, tuple[Found, ...]] = Once(lambda name: tuple(self._of_group(name)))

    def of(self, user_name: str) -> tuple[list[Policy], NotChecked | None]:
        """All policies that could be read, and why another could not."""
        found = list(self._of_user(user_name))
        unread = next((one for one in found if isinstance(one, NotChecked)), None)
        return [one for one in found if isinstance(one, Policy)], unread

    def _of_user(self, name: str) -> Iterator[Found]:
        verbs, read = self._verbs, self._cells.read
        yield from self._attached(read(lambda: verbs.attached_to_user(name)), "")
        yield from self._inline(
            read(lambda: verbs.inline_of_user(name)), lambda policy: verbs.user_policy(name, policy), ""
        )
        groups = read(lambda: verbs.groups_of(name))
        if isinstance(groups, NotChecked):
            yield groups
            return
        for group in groups:
            yield from self._group(group)

    def _of_group(self, name: str) -> Iterator[Found]:
        verbs, read, through = self._verbs, self._cells.read, f" through group {name}"
        yield from self._attached(read(lambda: verbs.attached_to_group(name)), through)
        yield from self._inline(
            read(lambda: verbs.inline_of_group(name)), lambda policy: verbs.group_policy(name, policy), through
        )

    def _attached(self, arns: Names, through: str) -> Iterator[Found]:
        if isinstance(arns, NotChecked):
            yield arns
            return
        for arn in arns:
            yield _policy(arn.partition(":policy/")[2] + through, self._managed(arn))

    def _inline(self, names: Names, read: Callable[[str], Document], through: str) -> Iterator[Found]:
        if isinstance(names, NotChecked):
            yield names
            return
        for name in names:
            yield _policy(f"inline policy {name}{through}", self._parsed(partial(read, name)))

    def _read_managed(self, arn: str) -> tuple[Statement, ...] | NotChecked:
        if is_administrator_arn(arn):
            return EVERYTHING
        return self._parsed(lambda: self._verbs.managed(arn))

    def _parsed(self, read: Callable[[], Document]) -> tuple[Statement, ...] | NotChecked:
        document = self._cells.read(read)
        return document if isinstance(document, NotChecked) else parse(document)


def _policy(by: str, statements: tuple[Statement, ...] | NotChecked) -> Found:
    return statements if isinstance(statements, NotChecked) else Policy(by, statements)
