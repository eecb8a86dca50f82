"""The policies in force for users, out of the lists of the whole account. Pure but for what reads managed policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mfa_association.aws.details import Detail, GroupDetail, Inline, PolicyDetail, UserDetail
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.rights import Policy, Statement, is_administrator_arn, parse

EVERYTHING = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
"""What AWS's own AdministratorAccess says, in every partition and since 2015: it need not be read."""
NOT_A_POLICY = NotChecked("policy could not be evaluated")

Statements = tuple[Statement, ...] | NotChecked
Found = Policy | NotChecked


@dataclass(frozen=True)
class UserRights:
    """The policies in force for one user. ``unread``: why another one could not be read.

    ``own``: what must be detached or deleted before the user can be: ARNs of attached policies, names of inline ones.
    """

    policies: list[Policy] = field(default_factory=list)
    unread: NotChecked | None = None
    groups: tuple[str, ...] | NotChecked = ()
    own: tuple[str, ...] | NotChecked = ()


def rights(
    found: Iterable[Found], groups: tuple[str, ...] | NotChecked, own: tuple[str, ...] | NotChecked
) -> UserRights:
    """The rights that come of these policies."""
    every = list(found)
    unread = next((one for one in every if isinstance(one, NotChecked)), None)
    return UserRights([one for one in every if isinstance(one, Policy)], unread, groups, own)


def named_policy(by: str, statements: Statements) -> Found:
    """A policy under the name that a report shows, or why it was not read."""
    return statements if isinstance(statements, NotChecked) else Policy(by, statements)


def managed_name(arn: str) -> str:
    """What a report calls a managed policy."""
    return arn.partition(":policy/")[2]


def inline_name(name: str) -> str:
    """What a report calls an inline policy."""
    return f"inline policy {name}"


class ListedPolicies:
    """What GetAccountAuthorizationDetails told. Safe between threads if ``aws_policy`` is."""

    def __init__(self, found: Iterable[Detail], aws_policy: Callable[[str], Statements]) -> None:
        """``aws_policy`` reads what is not of the account itself, by its ARN; it is asked once for each user of it."""
        every = list(found)
        self.users = {one.user_name.lower(): one for one in every if isinstance(one, UserDetail)}
        self._groups = {one.group_name: one for one in every if isinstance(one, GroupDetail)}
        self._own = {one.arn: one.document for one in every if isinstance(one, PolicyDetail)}
        self._aws_policy = aws_policy

    def rights(self, name: str) -> UserRights | None:
        """The user's own policies and those of its groups; None where the lists do not know them all."""
        detail = self.users.get(name.lower())
        if detail is None or any(group not in self._groups for group in detail.groups):
            return None
        found = [*self._of(detail.attached, detail.inline, "")]
        for group in detail.groups:
            one = self._groups[group]
            found += self._of(one.attached, one.inline, f" through group {group}")
        return rights(found, detail.groups, (*detail.attached, *(policy for policy, _ in detail.inline)))

    def of_aws(self) -> set[str]:
        """The ARNs of the policies that must be read: AWS's own that somebody has, less AdministratorAccess."""
        holders: list[UserDetail | GroupDetail] = [*self.users.values(), *self._groups.values()]
        attached = {arn for one in holders for arn in one.attached}
        return {arn for arn in attached if arn not in self._own and not is_administrator_arn(arn)}

    def _of(self, attached: tuple[str, ...], inline: Inline, through: str) -> Iterator[Found]:
        for arn in attached:
            yield named_policy(managed_name(arn) + through, self._managed(arn))
        for name, document in inline:
            yield named_policy(inline_name(name) + through, NOT_A_POLICY if document is None else parse(document))

    def _managed(self, arn: str) -> Statements:
        if is_administrator_arn(arn):
            return EVERYTHING
        if arn not in self._own:
            return self._aws_policy(arn)
        document = self._own[arn]
        return NOT_A_POLICY if document is None else parse(document)
