"""The seed file: which accounts, users, devices and keys the sandbox begins with. Parsing and faults; pure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from .accounts import REGIONS, Kind
from .place import Place

DEVICE_KEYS = {"kind", "name", "path", "serial", "id", "held", "seed", "tags", "enable_date"}
USER_KEYS = {"password", "path", "tags", "devices"}
KEY_KEYS = {"account", "user", "role", "root", "session", "deny", "expired"}
TOP_KEYS = {"accounts", "keys", "strict_keys", "default_account", "random_seed"}


@dataclass(frozen=True)
class DeviceSeed:
    """One device: `name` for virtual and FIDO devices, `serial` for any."""

    kind: Kind
    place: Place
    name: str | None = None
    path: str = "/"
    serial: str | None = None
    id: str | None = None
    held: bool = True
    seed: str | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    enable_date: int | None = None


@dataclass(frozen=True)
class UserSeed:
    """One IAM user."""

    password: bool = False
    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[DeviceSeed, ...] = ()


@dataclass(frozen=True)
class AccountSeed:
    """One account: its users, root's devices, and devices that belong to nobody."""

    partition: str | None
    users: Mapping[str, UserSeed]
    root: tuple[DeviceSeed, ...]
    devices: tuple[DeviceSeed, ...]


@dataclass(frozen=True)
class KeySeed:
    """One access key: of a user, a role, or root."""

    account: str
    place: Place
    user: str | None = None
    role: str | None = None
    session: str = "sandbox"
    deny: frozenset[str] = frozenset()
    expired: bool = False


@dataclass(frozen=True)
class Seed:
    """A whole seed; what it does not mention stays as it is when it is added to a running sandbox."""

    accounts: Mapping[str, AccountSeed]
    keys: Mapping[str, KeySeed]
    strict_keys: bool | None = None
    default_account: str | None = None
    random_seed: int | None = None


def load(source: Mapping[str, Any] | str | Path | None) -> Seed:
    """The seed in a mapping, a file, or nothing. Faults are raised as SeedFault."""
    if source is None or isinstance(source, Mapping):
        return parse(source, Place("seed"))
    place = Place(str(source))
    try:
        return parse(yaml.safe_load(Path(source).read_text(encoding="utf-8")), place)
    except OSError as error:
        raise place.fault(f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise place.fault(f"is not YAML: {' '.join(str(error).split())}") from None


def parse(value: Any, place: Place) -> Seed:
    """The seed in parsed YAML."""
    top = place.mapping(value, TOP_KEYS)
    here = place / "accounts"
    accounts = {
        here.text(number, r"\d{12}", f"account numbers of 12 digits, not {number!r}"): _account(one, here / number)
        for number, one in here.mapping(top.get("accounts")).items()
    }
    keys = {key: _key(one, place / "keys" / key) for key, one in (place / "keys").mapping(top.get("keys")).items()}
    strict, default, number = top.get("strict_keys"), top.get("default_account"), top.get("random_seed")
    if default is not None:
        (place / "default_account").text(default, r"\d{12}", "an account number of 12 digits, in quotes")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise (place / "random_seed").fault("must be a whole number")
    strict = None if strict is None else (place / "strict_keys").flag(strict)
    return Seed(accounts, keys, strict, default, number)


def _account(value: Any, place: Place) -> AccountSeed:
    given = place.mapping(value, {"partition", "users", "root", "devices"})
    partition = given.get("partition")
    if partition is not None and partition not in REGIONS:
        raise (place / "partition").fault(f"must be one of {', '.join(REGIONS)}")
    here = place / "users"
    users = {
        here.text(name, r"[\w+=,.@-]{1,64}", f"user names as IAM allows, not {name!r}"): _user(one, here / name)
        for name, one in here.mapping(given.get("users")).items()
    }
    root = (place / "root").mapping(given.get("root"), {"devices"})
    return AccountSeed(partition, users, _devices(root, place / "root"), _devices(given, place))


def _user(value: Any, place: Place) -> UserSeed:
    given = place.mapping(value, USER_KEYS)
    return UserSeed(
        (place / "password").flag(given.get("password", False)),
        _path(given, place),
        _tags(given, place),
        _devices(given, place),
    )


def _devices(given: Mapping[str, Any], place: Place) -> tuple[DeviceSeed, ...]:
    devices = given.get("devices") or []
    if not isinstance(devices, list):
        raise (place / "devices").fault("must be a list")
    return tuple(_device(device, place / "devices" / number) for number, device in enumerate(devices))


def _device(value: Any, place: Place) -> DeviceSeed:
    given = place.mapping(value, DEVICE_KEYS)
    if given.get("kind") not in {kind.value for kind in Kind}:
        raise (place / "kind").fault("must be one of virtual, hardware, fido")
    kind = Kind(given["kind"])
    _named(given, kind, place)
    if "seed" in given:
        (place / "seed").text(given["seed"], "[A-Z2-7]{16,}=*", "Base32 of at least 16 characters")
    held = (place / "held").flag(given.get("held", True))
    if kind is Kind.FIDO and not held:
        raise (place / "held").fault("must be true: a FIDO key exists only while somebody holds it")
    texts = {key: given.get(key) for key in ("name", "serial", "id", "seed")}
    return DeviceSeed(
        kind,
        place,
        held=held,
        path=_path(given, place),
        tags=_tags(given, place),
        enable_date=_date(given, place),
        **texts,
    )


def _named(given: Mapping[str, Any], kind: Kind, place: Place) -> None:
    if "serial" in given:
        (place / "serial").text(
            given["serial"], r"[\w+=/:,.@-]{9,256}", "a serial number of 9 to 256 characters, in quotes"
        )
    elif kind is Kind.HARDWARE:
        raise place.fault("a hardware device needs a serial")
    else:
        (place / "name").text(given.get("name"), r"[\w+=,.@-]{1,226}", "a device name as IAM allows, in quotes")


def _path(given: Mapping[str, Any], place: Place) -> str:
    return (place / "path").text(given.get("path", "/"), "/|/[!-~]+/", "a path that begins and ends with /")


def _tags(given: Mapping[str, Any], place: Place) -> Mapping[str, str]:
    tags = (place / "tags").mapping(given.get("tags"))
    return {key: (place / "tags" / key).text(value, "(?s).{0,256}", "text, in quotes") for key, value in tags.items()}


def _date(given: Mapping[str, Any], place: Place) -> int | None:
    date = given.get("enable_date")
    with suppress(ValueError):
        date = datetime.fromisoformat(date.replace("Z", "+00:00")) if isinstance(date, str) else date
    if date is None:
        return None
    if not isinstance(date, datetime):
        raise (place / "enable_date").fault("must be a time such as 2024-01-31T12:00:00Z")
    return int((date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp())


def _key(value: Any, place: Place) -> KeySeed:
    given = place.mapping(value, KEY_KEYS)
    account = (place / "account").text(given.get("account"), r"\d{12}", "an account number of 12 digits, in quotes")
    root = (place / "root").flag(given.get("root", False))
    if sum((root, "user" in given, "role" in given)) != 1:
        raise place.fault("must be the key of one of user, role or root: true")
    deny = given.get("deny", [])
    if not isinstance(deny, list) or not all(isinstance(name, str) and ":" in name for name in deny):
        raise (place / "deny").fault("must be a list of actions such as iam:DeactivateMFADevice")
    names = {
        name: (place / name).text(given[name], r"[\w+=,.@/-]{1,512}", "a name as IAM allows, in quotes")
        for name in ("user", "role", "session")
        if name in given
    }
    return KeySeed(
        account, place, deny=frozenset(deny), expired=(place / "expired").flag(given.get("expired", False)), **names
    )
