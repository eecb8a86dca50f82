"""Stack configuration to settings, by pulumi-aws's own keys, so that an infra repo configures nothing twice."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from mfa_association.engine import config
from mfa_association.engine.config import ProviderConfig
from mfa_association.errors import MfaError
from mfa_association.fields import DEFAULTS
from mfa_association.inventory.associations import camel

_MFA_KEYS = ("max_removals", *DEFAULTS, "retry_deadline", "propagation_time")
_WEB_IDENTITY = "aws:assumeRoleWithWebIdentity"


class ConfigFault(MfaError):
    """A key of the stack configuration cannot be used."""

    fails_everything = True

    def __init__(self, key: str, rule: str) -> None:
        self._key = key
        super().__init__(
            f"reading stack config {key}: {rule}; nothing was changed, correct it with `pulumi config set`"
        )

    @property
    def in_short(self) -> str:
        """The key; its rule stands above."""
        return f"reading stack config {self._key}: it cannot be used, as above; nothing was changed"


def read(stack: Mapping[str, Any]) -> ProviderConfig:
    """Read a stack's configuration. A fault is kept, not raised."""
    if stack.get(_WEB_IDENTITY):
        advice = "is not read by this provider: export AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE instead"
        return ProviderConfig(fault=ConfigFault(_WEB_IDENTITY, advice))
    unknown = sorted(key for key in stack if key.startswith("mfa:") and key not in _KEYS)
    if unknown:
        return ProviderConfig(fault=_unknown_key(unknown[0]))
    return config.read(_Stack(stack.get))


def _unknown_key(key: str) -> ConfigFault:
    """A misspelt guard would be no guard."""
    name = key.removeprefix("mfa:")
    meant = difflib.get_close_matches(name, [known.removeprefix("mfa:") for known in _KEYS], n=1)
    advice = f"did you mean mfa:{meant[0]}?" if meant else f"the keys are {', '.join(_KEYS)}"
    return ConfigFault(key, f"is not a key of this provider, {advice}")


class _Stack:
    """Keys as pulumi-aws spells them, and ours beside them."""

    def __init__(self, get: Callable[[str], Any]) -> None:
        self._get = get

    def get(self, key: str) -> Any:
        if key == "assume_role":
            return self._get("aws:assumeRoles") or self._get("aws:assumeRole")
        return self._get(spelled(key))

    def spelled(self, name: str) -> str:
        return spelled(name) if name.endswith("_key") else camel(name)

    def fault(self, key: str, rule: str) -> MfaError:
        return ConfigFault("aws:assumeRoles" if key == "assume_role" else spelled(key), rule)


def spelled(key: str) -> str:
    """A setting as a stack's configuration names it."""
    return f"{'mfa' if key in _MFA_KEYS else 'aws'}:{camel(key)}"


_KEYS = tuple(sorted(map(spelled, _MFA_KEYS)))
