"""Stack configuration to settings, by pulumi-aws's own keys, so that an infra repo configures nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from mfa_association.aws.settings import READ_ATTEMPTS, ROLE_SESSION_NAME, Role, Settings
from mfa_association.errors import MfaError
from mfa_association.grammar import Fault, OnDestroy, OnLastDevice, check_account_id, check_role_arn, show
from mfa_association.lifecycle import Limits

_TRUE, _FALSE = ("true", "True", True), ("false", "False", False)
_SERVICES = ("iam", "secretsmanager", "ssm", "sts")
_URL = re.compile(r"https?://[!-~]+")
_FILES = {"sharedCredentialsFiles": "credentials_file", "sharedConfigFiles": "config_file"}
_ROLE_OPTIONS = {
    "externalId": "ExternalId",
    "policy": "Policy",
    "sourceIdentity": "SourceIdentity",
    "transitiveTagKeys": "TransitiveTagKeys",
}


class ConfigFault(MfaError):
    """A key of the stack configuration that cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        super().__init__(
            f"reading stack config {key}: {rule}; nothing was changed, correct it with `pulumi config set`"
        )


@dataclass(frozen=True)
class StackConfig:
    """What the stack says, or the fault that keeps it from being used."""

    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)
    on_last_device: OnLastDevice = "warn"
    on_destroy: OnDestroy = "keep"
    fault: MfaError | None = None

    def refuse_faults(self) -> None:
        """Raise the fault, if there is one: nothing may be called with half a configuration."""
        if self.fault:
            raise self.fault


def read(get: Callable[[str], Any]) -> StackConfig:
    """Read a stack's configuration; ``get`` returns one key's value or None. A fault is kept, not raised."""
    reader = _Reader(get)
    try:
        return StackConfig(
            _settings(reader),
            _limits(reader),
            _choice(reader, "mfa:onLastDevice", get_args(OnLastDevice), "warn"),
            _choice(reader, "mfa:onDestroy", get_args(OnDestroy), "keep"),
        )
    except MfaError as fault:
        return StackConfig(fault=fault)


class _Reader:
    """Values come as text (JSON for lists and maps), as Pulumi passes them to a provider."""

    def __init__(self, get: Callable[[str], Any]) -> None:
        self._get = get

    def text(self, key: str) -> str | None:
        value = self._get(key)
        return None if value in (None, "") else str(value)

    def truth(self, key: str) -> bool:
        value = self._get(key)
        if value in (None, "", *_FALSE):
            return False
        if value not in _TRUE:
            raise ConfigFault(key, "must be true or false")
        return True

    def number(self, key: str, least: int = 0) -> int | None:
        value = self.text(key)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise ConfigFault(key, f"must be a whole number of at least {least}")
        return int(value)

    def items(self, key: str) -> list[Any]:
        value = self._get(key)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError:
                raise ConfigFault(key, "must be a JSON list") from None
        if value in (None, ""):
            return []
        return value if isinstance(value, list) else [value]


def _settings(reader: _Reader) -> Settings:
    if reader.text("aws:assumeRoleWithWebIdentity"):
        advice = "is not read by this provider: export AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE instead"
        raise ConfigFault("aws:assumeRoleWithWebIdentity", advice)
    if bool(reader.text("aws:accessKey")) != bool(reader.text("aws:secretKey")):
        raise ConfigFault("aws:accessKey", "goes with aws:secretKey: give both, or neither")
    retries = reader.number("aws:maxRetries")
    return Settings(
        region=reader.text("aws:region"),
        profile=reader.text("aws:profile"),
        access_key=reader.text("aws:accessKey"),
        secret_key=reader.text("aws:secretKey"),
        token=reader.text("aws:token"),
        endpoints=_endpoints(reader),
        roles=_roles(reader),
        allowed_account_ids=_accounts(reader, "aws:allowedAccountIds"),
        forbidden_account_ids=_accounts(reader, "aws:forbiddenAccountIds"),
        files=tuple((variable, path) for key, variable in _FILES.items() for path in reader.items(f"aws:{key}")[:1]),
        verify=False if reader.truth("aws:insecure") else reader.text("aws:customCaBundle"),
        proxy=reader.text("aws:httpsProxy") or reader.text("aws:httpProxy"),
        use_fips=reader.truth("aws:useFipsEndpoint"),
        use_dualstack=reader.truth("aws:useDualstackEndpoint"),
        read_attempts=READ_ATTEMPTS if retries is None else retries + 1,
    )


def _endpoints(reader: _Reader) -> tuple[tuple[str, str], ...]:
    merged: dict[str, str] = {}
    for item in reader.items("aws:endpoints"):
        if not isinstance(item, dict):
            raise ConfigFault("aws:endpoints", "must be a list of {service: URL}")
        merged.update({service: str(url) for service, url in item.items() if url})
    for url in merged.values():
        if not _URL.fullmatch(url):
            raise ConfigFault("aws:endpoints", f"{show(url)} must be a URL: https://HOST or http://HOST:PORT")
    return tuple(sorted((service, url) for service, url in merged.items() if service in _SERVICES))


def _roles(reader: _Reader) -> tuple[Role, ...]:
    items = reader.items("aws:assumeRoles") or reader.items("aws:assumeRole")
    try:
        return tuple(_role(item) for item in items)
    except Fault as fault:
        raise ConfigFault("aws:assumeRoles", str(fault)) from None


def _role(item: Any) -> Role:
    if not isinstance(item, dict):
        raise ConfigFault("aws:assumeRoles", "must be a list of {roleArn: ARN, …}")
    if not isinstance(item.get("policyArns") or [], list) or not isinstance(item.get("tags") or {}, dict):
        raise ConfigFault("aws:assumeRoles", "policyArns must be a list and tags a mapping")
    options: dict[str, Any] = {theirs: item[ours] for ours, theirs in _ROLE_OPTIONS.items() if item.get(ours)}
    if item.get("policyArns"):
        options["PolicyArns"] = [{"arn": arn} for arn in item["policyArns"]]
    if item.get("tags"):
        options["Tags"] = [{"Key": key, "Value": value} for key, value in item["tags"].items()]
    if item.get("duration"):
        options["DurationSeconds"] = _seconds(item["duration"])
    name = item.get("sessionName") or ROLE_SESSION_NAME
    return Role(check_role_arn(item.get("roleArn"), "roleArn"), name, json.dumps(options, sort_keys=True))


def _seconds(text: Any) -> int:
    """A duration as pulumi-aws writes it: ``1h``, ``30m``, ``900s``, or plain seconds."""
    unit = {"h": 3600, "m": 60, "s": 1}.get(str(text)[-1:])
    number = str(text)[:-1] if unit else str(text)
    if not number.isascii() or not number.isdigit():
        raise ConfigFault("aws:assumeRoles", f"duration {show(text)} must be like 1h, 30m or 900s")
    return int(number) * (unit or 1)


def _accounts(reader: _Reader, key: str) -> tuple[str, ...]:
    try:
        return tuple(check_account_id(str(item), "account") for item in reader.items(key))
    except Fault as fault:
        raise ConfigFault(key, str(fault)) from None


def _limits(reader: _Reader) -> Limits:
    usual = Limits()
    deadline, propagation = reader.number("mfa:retryDeadline"), reader.number("mfa:propagationTime")
    return Limits(
        retry_deadline=usual.retry_deadline if deadline is None else float(deadline),
        propagation=usual.propagation if propagation is None else float(propagation),
        max_removals=reader.number("mfa:maxRemovals"),
    )


def _choice(reader: _Reader, key: str, allowed: tuple[Any, ...], usual: str) -> Any:
    value = reader.text(key) or usual
    if value not in allowed:
        raise ConfigFault(key, f"must be one of {', '.join(allowed)}")
    return value
