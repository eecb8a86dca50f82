"""A seed that somebody typed where only the place of one belongs: of it, the prefix alone is ever shown. Pure."""

from __future__ import annotations

import re

from mfa_association.totp import parse_seed_source
from mfa_association.validation import InvalidValue

_HIDDEN = "…"
_LIKE_A_SEED = re.compile(r"[A-Z2-7]{16,}=*", re.IGNORECASE)
"""Base32 of 80 bits or more, as seeds are; a name of a variable has `_`, a path `/`."""


def shown_source(value: object) -> str | None:
    """A seed source as it may be shown; None for none. What is no source, or looks like a seed, keeps its prefix only."""
    if not isinstance(value, str) or not value:
        return None
    prefix, colon, rest = value.partition(":")
    try:
        parse_seed_source(value)
    except InvalidValue:
        return f"{prefix}:{_HIDDEN}" if colon and prefix in ("env", "file", "ssm", "secretsmanager") else _HIDDEN
    return f"{prefix}:{_HIDDEN}" if _LIKE_A_SEED.fullmatch(rest) else value
