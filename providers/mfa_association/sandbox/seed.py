"""The seed file: which accounts, users, devices and keys the sandbox begins with. Parsing and faults; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from .accounts import REGIONS, SandboxDeviceKind
from .seed_access import KeySeed, parse_actions, parse_key, parse_organization, parse_roles
from .seed_path import SeedPath
from .world import Organization

DEVICE_KEYS = {"kind", "name", "path", "serial", "id", "held", "seed", "tags", "enable_date", "certifications"}
USER_KEYS = {"password", "password_last_used", "path", "tags", "devices", "access_keys"}
ACCOUNT_KEYS = {"partition", "users", "roles", "root", "devices", "parameters", "secrets", "scp_deny_root"}
TOP_KEYS = {"accounts", "keys", "strict_keys", "default_account", "random_seed", "organization"}


ACCESS_KEYS = 2
"""Of one user, the quota of the IAM user guide."""


@dataclass(frozen=True)
class DeviceSeed:
    """One device: `name` for virtual and FIDO devices, `serial` for any."""

    kind: SandboxDeviceKind
    place: SeedPath
    name: str | None = None
    path: str = "/"
    serial: str | None = None
    id: str | None = None
    held: bool = True
    seed: str | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    enable_date: int | None = None
    certifications: Mapping[str, str] | None = None


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
        _devices(given, place),
        parameters,
        secrets,
        denied,
        parse_roles(given.get("roles"), number, place / "roles"),
    )


def _root(given: Mapping[str, Any], place: SeedPath) -> UserSeed | None:
    if "root" not in given:
        return None
    root, here = (place / "root").mapping(given["root"], {"password", "devices"}), place / "root"
    return UserSeed((here / "password").flag(root.get("password", False)), devices=_devices(root, here))


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
        _path(given, place),
        _tags(given, place),
        _devices(given, place),
        _date(given, place, "password_last_used"),
        _keys(given, place / "access_keys"),
    )


def _keys(given: Mapping[str, Any], place: SeedPath) -> tuple[int | None, ...]:
    keys = given.get("access_keys") or []
    if not isinstance(keys, list) or len(keys) > ACCESS_KEYS:
        raise place.fault(f"must be a list of at most {ACCESS_KEYS} times, null for a key that was never used")
    return tuple(_date({str(number): key}, place, str(number)) for number, key in enumerate(keys))


def _devices(given: Mapping[str, Any], place: SeedPath) -> tuple[DeviceSeed, ...]:
    devices = given.get("devices") or []
    if not isinstance(devices, list):
        raise (place / "devices").fault("must be a list")
    return tuple(_device(device, place / "devices" / number) for number, device in enumerate(devices))


def _device(value: Any, place: SeedPath) -> DeviceSeed:
    given = place.mapping(value, DEVICE_KEYS)
    if given.get("kind") not in {kind.value for kind in SandboxDeviceKind}:
        raise (place / "kind").fault("must be one of virtual, hardware, fido")
    kind = SandboxDeviceKind(given["kind"])
    _named(given, kind, place)
    if "seed" in given:
        (place / "seed").text(given["seed"], "[A-Z2-7]{16,}=*", "Base32 of at least 16 characters")
    held = (place / "held").flag(given.get("held", True))
    if kind is SandboxDeviceKind.FIDO and not held:
        raise (place / "held").fault("must be true: a FIDO key exists only while somebody holds it")
    texts = {key: given.get(key) for key in ("name", "serial", "id", "seed")}
    return DeviceSeed(
        kind,
        place,
        held=held,
        path=_path(given, place),
        tags=_tags(given, place),
        enable_date=_date(given, place, "enable_date"),
        certifications=_certifications(given, kind, place / "certifications"),
        **texts,
    )


def _certifications(given: Mapping[str, Any], kind: SandboxDeviceKind, place: SeedPath) -> Mapping[str, str] | None:
    if "certifications" not in given:
        return None
    if kind is not SandboxDeviceKind.FIDO:
        raise place.fault("only a FIDO key has them")
    told = place.mapping(given["certifications"])
    return {
        name: (place / name).text(level, "[ -~]{1,32}", "a level such as L2, in quotes") for name, level in told.items()
    }


def _named(given: Mapping[str, Any], kind: SandboxDeviceKind, place: SeedPath) -> None:
    if "serial" in given:
        (place / "serial").text(
            given["serial"], r"[\w+=/:,.@-]{9,256}", "a serial number of 9 to 256 characters, in quotes"
        )
    elif kind is SandboxDeviceKind.HARDWARE:
        raise place.fault("a hardware device needs a serial")
    else:
        (place / "name").text(given.get("name"), r"[\w+=,.@-]{1,226}", "a device name as IAM allows, in quotes")


def _path(given: Mapping[str, Any], place: SeedPath) -> str:
    return (place / "path").text(given.get("path", "/"), "/|/[!-~]+/", "a path that begins and ends with /")


def _tags(given: Mapping[str, Any], place: SeedPath) -> Mapping[str, str]:
    tags = (place / "tags").mapping(given.get("tags"))
    return {key: (place / "tags" / key).text(value, "(?s).{0,256}", "text, in quotes") for key, value in tags.items()}


def _date(given: Mapping[str, Any], place: SeedPath, name: str) -> int | None:
    date = given.get(name)
    with suppress(ValueError):
        date = datetime.fromisoformat(date.replace("Z", "+00:00")) if isinstance(date, str) else date
    if date is None:
        return None
    if not isinstance(date, datetime):
        raise (place / name).fault("must be a time such as 2024-01-31T12:00:00Z")
    return int((date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp())
