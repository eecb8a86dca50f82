"""The seed's keys, their policies, and the organization. Parsing and faults; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .organization import CREDENTIALS, SESSIONS, Organization
from .policy import Document, fault
from .seed_path import SeedPath

KEY_KEYS = {"account", "user", "role", "root", "session", "deny", "expired", "policies"}
ROLE_KEYS = {"trusts"}
FEATURES = {"root_credentials_management": CREDENTIALS, "root_sessions": SESSIONS}
ORGANIZATION_KEYS = {"management", "members", "delegated_administrators", "trusted_access", "all_features", *FEATURES}
ACCOUNT = "an account number of 12 digits, in quotes"


@dataclass(frozen=True)
class KeySeed:
    """One access key: of a user, a role, or root."""

    account: str
    place: SeedPath
    user: str | None = None
    role: str | None = None
    session: str = "sandbox"
    deny: frozenset[str] = frozenset()
    expired: bool = False
    policies: tuple[Document, ...] | None = None


def parse_actions(value: Any, place: SeedPath) -> frozenset[str]:
    """A list of actions."""
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(name, str) and ":" in name for name in value):
        raise place.fault("must be a list of actions such as iam:DeactivateMFADevice")
    return frozenset(value)


def parse_key(value: Any, place: SeedPath) -> KeySeed:
    """One key."""
    given = place.mapping(value, KEY_KEYS)
    account = (place / "account").text(given.get("account"), r"\d{12}", ACCOUNT)
    root = (place / "root").flag(given.get("root", False))
    if sum((root, "user" in given, "role" in given)) != 1:
        raise place.fault("must be the key of one of user, role or root: true")
    if root and "policies" in given:
        raise (place / "policies").fault("the root user has no identity policies")
    names = {
        name: (place / name).text(given[name], r"[\w+=,.@/-]{1,512}", "a name as IAM allows, in quotes")
        for name in ("user", "role", "session")
        if name in given
    }
    deny, expired = (
        parse_actions(given.get("deny"), place / "deny"),
        (place / "expired").flag(given.get("expired", False)),
    )
    return KeySeed(account, place, deny=deny, expired=expired, policies=_policies(given, place), **names)


def parse_roles(value: Any, account: str, place: SeedPath) -> Mapping[str, tuple[str, ...]]:
    """The roles of an account by name, and whom each trusts: its own account unless it says."""
    found: dict[str, tuple[str, ...]] = {}
    for name, one in place.mapping(value).items():
        place.text(name, r"([!-.0-~]+/)*[\w+=,.@-]{1,64}", f"role names as IAM allows, not {name!r}")
        here = place / name / "trusts"
        trusts = (place / name).mapping(one, ROLE_KEYS).get("trusts", [account])
        if not isinstance(trusts, list) or not trusts:
            raise here.fault("must be a list of account numbers, ARNs of users and roles, or '*'")
        words = "an account number in quotes, the ARN of a user or role, or '*'"
        found[name] = tuple(
            (here / at).text(text, r"\d{12}|arn:[\w-]+:(iam|sts)::\d{12}:[!-~]+|\*", words)
            for at, text in enumerate(trusts)
        )
    return found


def _policies(given: Mapping[str, Any], place: SeedPath) -> tuple[Document, ...] | None:
    if "policies" not in given:
        return None
    policies, here = given["policies"], place / "policies"
    if not isinstance(policies, list):
        raise here.fault("must be a list of policies")
    for number, policy in enumerate(policies):
        if words := fault(policy):
            raise (here / number).fault(words)
    return tuple(policies)


def parse_organization(value: Any, place: SeedPath) -> Organization | None:
    """The organization, or None where the seed has none."""
    if value is None:
        return None
    given = place.mapping(value, ORGANIZATION_KEYS)
    management = (place / "management").text(given.get("management"), r"\d{12}", ACCOUNT)
    members = _accounts(given, "members", place) - {management}
    delegated = _accounts(given, "delegated_administrators", place)
    if not delegated <= members:
        raise (place / "delegated_administrators").fault("must be members")
    flags = {name: (place / name).flag(given.get(name, True)) for name in ("trusted_access", "all_features")}
    features = frozenset(name for key, name in FEATURES.items() if (place / key).flag(given.get(key, False)))
    return Organization(management, members, delegated, flags["trusted_access"], flags["all_features"], features)


def _accounts(given: Mapping[str, Any], name: str, place: SeedPath) -> frozenset[str]:
    numbers, here = given.get(name, []), place / name
    if not isinstance(numbers, list):
        raise here.fault("must be a list of account numbers")
    return frozenset((here / position).text(number, r"\d{12}", ACCOUNT) for position, number in enumerate(numbers))
