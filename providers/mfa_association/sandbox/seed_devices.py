"""The devices of a seed, and what a user of a seed has in the same form: path and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .accounts import SandboxDeviceKind
from .seed_path import SeedPath

DEVICE_KEYS = {"kind", "name", "path", "serial", "id", "held", "seed", "tags", "enable_date", "certifications"}


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


def parse_devices(given: Mapping[str, Any], place: SeedPath) -> tuple[DeviceSeed, ...]:
    """The devices of a user, of a root user, or those that nobody holds."""
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
        path=parse_path(given, place),
        tags=parse_tags(given, place),
        enable_date=(place / "enable_date").moment(given.get("enable_date")),
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


def parse_path(given: Mapping[str, Any], place: SeedPath) -> str:
    """The path of a device or user."""
    return (place / "path").text(given.get("path", "/"), "/|/[!-~]+/", "a path that begins and ends with /")


def parse_tags(given: Mapping[str, Any], place: SeedPath) -> Mapping[str, str]:
    """The tags of a device or user."""
    tags = (place / "tags").mapping(given.get("tags"))
    return {key: (place / "tags" / key).text(value, "(?s).{0,256}", "text, in quotes") for key, value in tags.items()}
