"""An engine's provider configuration to settings and limits, by the keys that its AWS provider has too.

Keys here are in snake case; how an engine spells them, and how it tells of a fault, is its ``Source``'s.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Protocol, get_args

from mfa_association.aws.settings import ROLE_SESSION_NAME, Role, Settings
from mfa_association.errors import MfaError
from mfa_association.fields import DEFAULTS
from mfa_association.lifecycle import Limits
from mfa_association.text import show
from mfa_association.validation import InvalidValue, OnDestroy, OnLastDevice, check_account_id, check_role_arn

_TRUE, _FALSE = ("true", "True", True), ("false", "False", False)
_SERVICES = ("iam", "secretsmanager", "ssm", "sts")
_URL = re.compile(r"https?://[!-~]+")
_FILES = {"shared_credentials_files": "credentials_file", "shared_config_files": "config_file"}
_ROLE_OPTIONS = {
    "external_id": "ExternalId",
    "policy": "Policy",
    "source_identity": "SourceIdentity",
    "transitive_tag_keys": "TransitiveTagKeys",
}


class Source(Protocol):
    """Where the configuration comes from."""

    def get(self, key: str) -> Any:
        """The value of a key, None where there is none. Lists and mappings may come as JSON."""

    def spelled(self, name: str) -> str:
        """A key, or a key of a role, as the user writes it."""

    def fault(self, key: str, rule: str) -> MfaError:
        """The error for a key that cannot be used."""


@dataclass(frozen=True)
class ProviderConfig:
    """What the configuration says, or the fault that keeps it from being used."""

    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)
    on_last_device: OnLastDevice = "warn"
    on_destroy: OnDestroy = "keep"
    fault: MfaError | None = None

    @property
    def defaults(self) -> dict[str, str]:
        """What it says of removals, where it says anything; for the resources that say nothing themselves."""
        said = {"on_last_device": self.on_last_device, "on_destroy": self.on_destroy}
        return {name: choice for name, choice in said.items() if choice != DEFAULTS[name]}

    def refuse_faults(self) -> None:
        """Raise the fault, if there is one: nothing may be called with half a configuration."""
        if self.fault:
            raise self.fault


def read(source: Source) -> ProviderConfig:
    """Read a configuration. A fault is kept, not raised."""
    reader = _Reader(source)
    try:
        return ProviderConfig(
            _settings(reader),
            _limits(reader),
            _choice(reader, "on_last_device", get_args(OnLastDevice), "warn"),
            _choice(reader, "on_destroy", get_args(OnDestroy), "keep"),
        )
    except MfaError as fault:
        return ProviderConfig(fault=fault)


class _Reader:
    """Values come typed, or as text (JSON for lists and maps), as the engine passes them to a provider."""

    def __init__(self, source: Source) -> None:
        self.get, self.fault, self.spelled = source.get, source.fault, source.spelled

    def text(self, key: str) -> str | None:
        value = self.get(key)
        return None if value in (None, "") else str(value)

    def truth(self, key: str) -> bool | None:
        value = self.get(key)
        if value in (None, ""):
            return None
        if value in _FALSE:
            return False
        if value not in _TRUE:
            raise self.fault(key, "must be true or false")
        return True

    def number(self, key: str, least: int = 0) -> int | None:
        value = self.text(key)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise self.fault(key, f"must be a whole number of at least {least}")
        return int(value)

    def items(self, key: str) -> list[Any]:
        value = self.get(key)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError:
                raise self.fault(key, "must be a JSON list") from None
        if value in (None, ""):
            return []
        return value if isinstance(value, list) else [value]


def _settings(reader: _Reader) -> Settings:
    if bool(reader.text("access_key")) != bool(reader.text("secret_key")):
        raise reader.fault("access_key", f"goes with {reader.spelled('secret_key')}: give both, or neither")
    retries = reader.number("max_retries")
    return Settings(
        region=reader.text("region"),
        profile=reader.text("profile"),
        access_key=reader.text("access_key"),
        secret_key=reader.text("secret_key"),
        token=reader.text("token"),
        endpoints=_endpoints(reader),
        roles=_roles(reader),
        allowed_account_ids=_accounts(reader, "allowed_account_ids"),
        forbidden_account_ids=_accounts(reader, "forbidden_account_ids"),
        files=tuple((variable, path) for key, variable in _FILES.items() for path in reader.items(key)[:1]),
        verify=False if reader.truth("insecure") else reader.text("custom_ca_bundle"),
        proxy=reader.text("https_proxy") or reader.text("http_proxy"),
        use_fips=reader.truth("use_fips_endpoint"),
        use_dualstack=reader.truth("use_dualstack_endpoint"),
        read_attempts=None if retries is None else retries + 1,
    )


def _endpoints(reader: _Reader) -> tuple[tuple[str, str], ...]:
    merged: dict[str, str] = {}
    for item in reader.items("endpoints"):
        if not isinstance(item, dict):
            raise reader.fault("endpoints", "must be a list of {service: URL}")
        merged.update({service: str(url) for service, url in item.items() if url})
    for url in merged.values():
        if not _URL.fullmatch(url):
            raise reader.fault("endpoints", f"{show(url)} must be a URL: https://HOST or http://HOST:PORT")
    return tuple(sorted((service, url) for service, url in merged.items() if service in _SERVICES))


def _roles(reader: _Reader) -> tuple[Role, ...]:
    try:
        return tuple(_role(reader, item) for item in reader.items("assume_role"))
    except InvalidValue as fault:
        raise reader.fault("assume_role", str(fault)) from None


def _role(reader: _Reader, written: Any) -> Role:
    arn = reader.spelled("role_arn")
    if not isinstance(written, dict):
        raise reader.fault("assume_role", f"must be a list of {{{arn}: ARN, …}}")
    item = {name: written.get(reader.spelled(name)) for name in _ROLE_KEYS}
    if not isinstance(item["policy_arns"] or [], list) or not isinstance(item["tags"] or {}, dict):
        raise reader.fault("assume_role", f"{reader.spelled('policy_arns')} must be a list and tags a mapping")
    options: dict[str, Any] = {theirs: item[ours] for ours, theirs in _ROLE_OPTIONS.items() if item[ours]}
    if item["policy_arns"]:
        options["PolicyArns"] = [{"arn": arn} for arn in item["policy_arns"]]
    if item["tags"]:
        options["Tags"] = [{"Key": key, "Value": value} for key, value in item["tags"].items()]
    if item["duration"]:
        options["DurationSeconds"] = _seconds(reader, item["duration"])
    name = item["session_name"] or ROLE_SESSION_NAME
    return Role(check_role_arn(item["role_arn"], arn), name, json.dumps(options, sort_keys=True))


_ROLE_KEYS = ("role_arn", "session_name", "duration", "policy_arns", "tags", *_ROLE_OPTIONS)


def _seconds(reader: _Reader, text: Any) -> int:
    """A duration as the AWS providers write it: ``1h``, ``30m``, ``900s``, or plain seconds."""
    unit = {"h": 3600, "m": 60, "s": 1}.get(str(text)[-1:])
    number = str(text)[:-1] if unit else str(text)
    if not number.isascii() or not number.isdigit():
        raise reader.fault("assume_role", f"duration {show(text)} must be like 1h, 30m or 900s")
    return int(number) * (unit or 1)


def _accounts(reader: _Reader, key: str) -> tuple[str, ...]:
    """A list, or one account as text: no JSON number begins with 0."""
    value = reader.get(key)
    items = [value] if isinstance(value, str) and value.isdigit() else reader.items(key)
    try:
        return tuple(check_account_id(str(item), "account") for item in items)
    except InvalidValue as fault:
        raise reader.fault(key, str(fault)) from None


def _limits(reader: _Reader) -> Limits:
    usual = Limits()
    deadline, propagation = reader.number("retry_deadline"), reader.number("propagation_time")
    return Limits(
        retry_deadline=usual.retry_deadline if deadline is None else float(deadline),
        propagation=usual.propagation if propagation is None else float(propagation),
        max_removals=reader.number("max_removals"),
    )


def _choice(reader: _Reader, key: str, allowed: tuple[Any, ...], usual: str) -> Any:
    value = reader.text(key) or usual
    if value not in allowed:
        raise reader.fault(key, f"must be one of {', '.join(allowed)}")
    return value
