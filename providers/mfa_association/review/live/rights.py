"""What a user may do and what holds it in the account: policies and groups, however they were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from mfa_association.aws.directory import User
from mfa_association.review.facts import NotChecked
from mfa_association.review.rights import Policy

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
    read: Iterable[Found], groups: tuple[str, ...] | NotChecked, own: tuple[str, ...] | NotChecked
) -> UserRights:
    """The rights that come of these policies."""
    every = list(read)
    unread = next((policy for policy in every if isinstance(policy, NotChecked)), None)
    return UserRights([policy for policy in every if isinstance(policy, Policy)], unread, groups, own)


class UserSource(Protocol):
    """Where users and their rights are read. Safe between threads."""

    def user(self, name: str) -> User | NotChecked | None:
        """The user, or None where there is none of this name."""

    def rights(self, name: str) -> UserRights:
        """The policies and groups of a user."""
