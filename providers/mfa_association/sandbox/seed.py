"""The seed file: which accounts, users, devices and keys the sandbox begins with. Parsing and faults; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .accounts import REGIONS
from .seed_access import KeySeed, parse_actions, parse_key, parse_organization, parse_roles
from .seed_devices import DeviceSeed, parse_devices, parse_path, parse_tags
from .seed_path import SeedPath
from .world import Organization

USER_KEYS = {"password", "password_last_used", "path", "tags", "devices", "access_keys"}
ACCOUNT_KEYS = {"partition", "users", "roles", "root", "devices", "parameters", "secrets", "scp_deny_root"}
TOP_KEYS = {"accounts", "keys", "strict_keys", "default_account", "random_seed", "organization"}


ACCESS_KEYS = 2
"""Of one user, the quota of the IAM user guide."""


@dataclass(frozen=True)
class UserSeed:
    """One IAM user. Times are in seconds since 1970; ``access_keys``: when each was last used, None for never."""

    password: bool = False
    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[DeviceSeed, ...] = ()
    password_last_used: int | None = None
    access_keys: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class AccountSeed:
    """One account: its users, its root user, devices that belong to nobody, and what keeps seeds of devices.

    ``roles``: by name, perhaps with a path in front of it, whom each of them trusts.
    """

    place: SeedPath
    partition: str | None
    users: Mapping[str, UserSeed]
    root: UserSeed | None
    devices: tuple[DeviceSeed, ...]
    parameters: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    scp_deny_root: frozenset[str] | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SeedFile:
    """A whole seed; what it does not mention stays as it is when it is added to a running sandbox."""

    accounts: Mapping[str, AccountSeed]
    keys: Mapping[str, KeySeed]
    strict_keys: bool | None = None
    default_account: str | None = None
    random_seed: int | None = None
    organization: Organization | None = None


def load(source: Mapping[str, Any] | str | Path | None) -> SeedFile:
    """The seed in a mapping, a file, or nothing. Faults are raised as SeedFault."""
    if source is None or isinstance(source, Mapping):
        return parse(source, SeedPath("seed"))
    place = SeedPath(str(source))
    try:
        return parse(yaml.safe_load(Path(source).read_text(encoding="utf-8")), place)
    except OSError as error:
        raise place.fault(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise place.fault("must be UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise place.fault(f"is not YAML: {where}{error.problem}") from None
    except yaml.YAMLError:
        raise place.fault("is not YAML: the text holds control characters") from None


def parse(value: Any, place: SeedPath) -> SeedFile:
    """The seed in parsed YAML."""
    top = place.mapping(value, TOP_KEYS)
    here = place / "accounts"
    accounts = {
        here.text(number, r"\d{12}", f"account numbers of 12 digits, not {number!r}"): _account(
            one, number, here / number
        )
        for number, one in here.mapping(top.get("accounts")).items()
    }
    keys = {
        name: parse_key(one, place / "keys" / name) for name, one in (place / "keys").mapping(top.get("keys")).items()
    }
    strict, default, number = top.get("strict_keys"), top.get("default_account"), top.get("random_seed")
    if default is not None:
        (place / "default_account").text(default, r"\d{12}", "an account number of 12 digits, in quotes")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise (place / "random_seed").fault("must be a whole number")
    strict = None if strict is None else (place / "strict_keys").flag(strict)
    return SeedFile(
        accounts, keys, strict, default, number, parse_organization(top.get("organization"), place / "organization")
    )


def _account(value: Any, number: str, place: SeedPath) -> AccountSeed:
    given = place.mapping(value, ACCOUNT_KEYS)
    partition = given.get("partition")
    if partition is not None and partition not in REGIONS:
        raise (place / "partition").fault(f"must be one of {', '.join(REGIONS)}")
    here = place / "users"
    users = {
        here.text(name, r"[\w+=,.@-]{1,64}", f"user names as IAM allows, not {name!r}"): _user(one, here / name)
        for name, one in here.mapping(given.get("users")).items()
    }
    denied = parse_actions(given["scp_deny_root"], place / "scp_deny_root") if "scp_deny_root" in given else None
    parameters, secrets = _kept(given, "parameters", place), _kept(given, "secrets", place)
    return AccountSeed(
        place,
        partition,
        users,
        _root(given, place),
        parse_devices(given, place),
        parameters,
        secrets,
        denied,
        parse_roles(given.get("roles"), number, place / "roles"),
    )


def _root(given: Mapping[str, Any], place: SeedPath) -> UserSeed | None:
    if "root" not in given:
        return None
    root, here = (place / "root").mapping(given["root"], {"password", "devices"}), place / "root"
    return UserSeed((here / "password").flag(root.get("password", False)), devices=parse_devices(root, here))


def _kept(given: Mapping[str, Any], name: str, place: SeedPath) -> Mapping[str, str]:
    """Parameters are text; a secret may also be a mapping, which becomes JSON. A fault never tells a value."""
    kept, here = (place / name).mapping(given.get(name)), place / name
    shape = "[a-zA-Z0-9_.-]{1,2048}|/[a-zA-Z0-9_./-]{1,2047}" if name == "parameters" else "[a-zA-Z0-9/_+=.@-]{1,512}"
    for key, value in kept.items():
        here.text(key, shape, f"names as AWS allows, not {key!r}")
        if not value or not isinstance(value, str if name == "parameters" else (str, dict)):
            raise (here / key).fault("must be text, in quotes" + (", or a mapping" if name == "secrets" else ""))
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in kept.items()}


def _user(value: Any, place: SeedPath) -> UserSeed:
    given = place.mapping(value, USER_KEYS)
    return UserSeed(
        (place / "password").flag(given.get("password", False)),
        parse_path(given, place),
        parse_tags(given, place),
        parse_devices(given, place),
        (place / "password_last_used").moment(given.get("password_last_used")),
        _keys(given, place / "access_keys"),
    )


def _keys(given: Mapping[str, Any], place: SeedPath) -> tuple[int | None, ...]:
    keys = given.get("access_keys") or []
    if not isinstance(keys, list) or len(keys) > ACCESS_KEYS:
        raise place.fault(f"must be a list of at most {ACCESS_KEYS} times, null for a key that was never used")
    return tuple((place / str(number)).moment(key) for number, key in enumerate(keys))
