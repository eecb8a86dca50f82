"""The organization that the accounts belong to, as far as the root users of its members are concerned."""

from __future__ import annotations

from dataclasses import dataclass, field

CREDENTIALS, SESSIONS = "RootCredentialsManagement", "RootSessions"


@dataclass(frozen=True)
class Organization:
    """One organization. `delegated` are members that administer IAM; `trusted` is trusted access for IAM."""

    management: str
    members: frozenset[str] = frozenset()
    delegated: frozenset[str] = frozenset()
    trusted: bool = True
    all_features: bool = True
    features: frozenset[str] = field(default_factory=frozenset)

    @property
    def id(self) -> str:
        """Made from the management account, so that it is the same every time."""
        return f"o-{self.management[:10]}"

    def governs(self, account: str) -> bool:
        """Whether service control policies restrict this account: never the management account (user guide)."""
        return account in self.members

    def administers(self, account: str) -> bool:
        """Whether this account may act on the root users of members."""
        return account == self.management or account in self.delegated
