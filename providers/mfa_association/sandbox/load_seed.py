"""What only the seed file and AWS's console can do: users and devices that are simply there."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime, timezone
from random import Random

from moto.iam.models import AccessKeyLastUsed, User

from .accounts import REGIONS, Account, Device, SandboxDeviceKind, holder_id
from .callers import Caller
from .errors import Refused
from .rules import DEVICES_PER_USER, new_seed
from .secret_stores import keep
from .seed import AccountSeed, SeedFile, UserSeed
from .seed_access import KeySeed
from .seed_devices import DeviceSeed
from .seed_path import SeedPath
from .totp import Authenticator
from .trust import trust_policy
from .world import SandboxState


def load_seed(world: SandboxState, seed: SeedFile) -> None:
    """Add accounts, users, devices and keys. A user that exists gets more devices, a key that exists a new meaning."""
    generator = None if seed.random_seed is None else Random(seed.random_seed)
    for number, one in seed.accounts.items():
        _plant_account(world, number, one, generator)
    if seed.strict_keys is not None:
        world.strict_keys = seed.strict_keys
    world.organization = seed.organization or world.organization
    world.default_account = seed.default_account or world.default_account or next(iter(world.accounts), None)
    for key, caller in seed.keys.items():
        world.keys[key] = _caller(world, key, caller)
    world.wrote()


def _plant_account(world: SandboxState, number: str, seed: AccountSeed, generator: Random | None) -> None:
    account = world.account(number, seed.partition or "aws")
    known = {name.casefold() for name in account.live.users}
    for name, one in seed.users.items():
        user = _user(account, name, one, known)
        known.add(name.casefold())
        for device in one.devices:
            add_device(world, account, user, device, generator)
    for role, trusts in seed.roles.items():
        _plant_role(account, role, trusts, seed.place / "roles" / role)
    if seed.root:
        _plant_root(world, account, seed.root, seed.place / "root", generator)
    for device in seed.devices:
        add_device(world, account, None, _unheld(device), generator)
    account.scp_deny_root = account.scp_deny_root if seed.scp_deny_root is None else seed.scp_deny_root
    keep(account, seed.parameters, seed.secrets)


def _plant_role(account: Account, name: str, trusts: tuple[str, ...], place: SeedPath) -> None:
    """A role that may be assumed; one that exists trusts others from now on."""
    path, _, last = f"/{name}".rpartition("/")
    existing = next((role for role in account.backend.roles.values() if role.name == last), None)
    if existing and existing.path != f"{path}/":
        raise place.fault(f"there is a role {existing.name} already, under {existing.path}")
    if existing:
        existing.assume_role_policy_document = trust_policy(trusts)
    else:
        account.backend.create_role(last, trust_policy(trusts), f"{path}/", None, "", [], None)


def _plant_root(
    world: SandboxState, account: Account, seed: UserSeed, place: SeedPath, generator: Random | None
) -> None:
    refuse_root(account, place)
    account.root_password = account.root_password or seed.password
    for device in seed.devices:
        add_device(world, account, None, device, generator)


def refuse_root(account: Account, place: SeedPath) -> None:
    """Accounts in China have no root user (user guide of the China regions)."""
    if account.partition == "aws-cn":
        raise place.fault("an account in China has no root user")


def _unheld(device: DeviceSeed) -> DeviceSeed:
    if device.kind is SandboxDeviceKind.FIDO:
        raise device.place.fault("a FIDO key exists only while somebody holds it")
    return DeviceSeed(**{**vars(device), "held": False})


def _user(account: Account, name: str, seed: UserSeed, known: set[str]) -> User:
    """The user of this name, made unless it is ``known``: looking through thousands for each of thousands is slow."""
    user = account.live.find_user(name) if name.casefold() in known else None
    if user is None:
        tags = [{"Key": key, "Value": value} for key, value in seed.tags.items()]
        user = account.backend.create_user(REGIONS[account.partition], name, seed.path, tags)
    if seed.password and not user.password:
        account.backend.create_login_profile(user.name, "sandbox")
    if seed.password_last_used is not None:
        moment = datetime.fromtimestamp(seed.password_last_used, timezone.utc)
        user.password_last_used = moment  # type: ignore[assignment]
    for used in seed.access_keys:
        key = account.backend.create_access_key(user.name)
        key.last_used = None if used is None else _use(used)
    return user


def _use(seconds: int) -> AccessKeyLastUsed:
    return AccessKeyLastUsed(datetime.fromtimestamp(seconds, timezone.utc), "iam", "us-east-1")


def add_device(
    world: SandboxState, account: Account, user: User | None, seed: DeviceSeed, generator: Random | None = None
) -> str:
    """Plant one device, held by a user (None is root) or by nobody, and return its serial number."""
    if seed.held and len(account.live.held_by(user)) >= DEVICES_PER_USER:
        raise seed.place.fault(f"nobody can hold more than {DEVICES_PER_USER} devices")
    app = None if seed.kind is SandboxDeviceKind.FIDO else Authenticator(seed.seed or new_seed(generator))
    holder = holder_id(user) if seed.held else None
    enabled = (seed.enable_date or int(world.now())) if seed.held else None
    serial = seed.serial or _serial(account, user, seed)
    certified = {} if seed.certifications is None else {"certifications": seed.certifications}
    try:
        account.add(Device(serial, seed.kind, account.next_order(), app, holder, enabled, seed.tags, **certified))
    except Refused:
        raise seed.place.fault(f"there is a device {serial} already") from None
    return serial


def _serial(account: Account, user: User | None, seed: DeviceSeed) -> str:
    if seed.kind is SandboxDeviceKind.VIRTUAL:
        return account.arn(f"mfa{seed.path}{seed.name}")
    owner = f"user/{user.name}" if user else "root"
    digest = hashlib.sha256(f"{account.number}/{owner}/{seed.name}".encode()).digest()
    return account.arn(f"u2f/{owner}/{seed.name}-{seed.id or b32encode(digest).decode()[:26]}")


def _caller(world: SandboxState, key: str, seed: KeySeed) -> Caller:
    account = world.account(seed.account)
    user = account.live.find_user(seed.user) if seed.user else None
    if seed.user and not user:
        raise (seed.place / "user").fault(f"account {seed.account} has no user {seed.user}")
    if not user and not seed.role:
        refuse_root(account, seed.place)
    mfa = user is not None and not key.startswith("AKIA")
    return Caller(
        key, account, user, seed.role, seed.session, seed.deny, policies=seed.policies, mfa=mfa, expired=seed.expired
    )


def truth(account: Account) -> Mapping[str, list[str]]:
    """Who holds what, by name; root is `<root>`, which no user can be called."""
    holders: dict[str, list[str]] = {}
    for device in account.devices.values():
        user = account.live.by_id(device.holder) if device.holder else None
        if device.holder:
            holders.setdefault(user.name if user else "<root>", []).append(device.serial)
    return holders
