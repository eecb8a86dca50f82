"""Where users and what they may do are read, however that is done."""

from __future__ import annotations

from typing import Protocol

from mfa_association.aws.directory import User
from mfa_association.inventory.listed_policies import UserRights
from mfa_association.review.facts import NotChecked


class UserSource(Protocol):
    """Where users and their rights are read. Safe between threads."""

    def user(self, name: str) -> User | NotChecked | None:
        """The user, or None where there is none of this name."""

    def rights(self, name: str) -> UserRights:
        """The policies and groups of a user."""
