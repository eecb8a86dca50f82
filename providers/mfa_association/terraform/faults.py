"""Why a provider block cannot be used, or not yet."""

from __future__ import annotations

from mfa_association.errors import MfaError


class ArgumentFault(MfaError):
    """An argument of the provider block cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        self.argument = key
        super().__init__(f"reading the provider configuration: {key} {rule}; nothing was changed, correct the argument")


class NotKnownYet(MfaError):
    """The provider block depends on a value that is known only after the apply."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(
            f"asking AWS: {', '.join(keys)} of the provider configuration is not known before the apply; nothing was "
            "read, give a known value, or apply what it depends on first"
        )
