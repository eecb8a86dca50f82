"""How AWS is reached, and as whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mfa_association import __version__

ROLE_SESSION_NAME = f"mfa-association-{__version__}"
READ_ATTEMPTS = 5
"""Attempts at a read where neither the settings nor the AWS environment give a number."""
MOST_AT_ONCE = 32
"""Calls that a process makes at once, each on a connection that is kept."""


@dataclass(frozen=True)
class Role:
    """One link of an assume-role chain; ``options``: further AssumeRole parameters, as JSON."""

    arn: str
    session_name: str = ROLE_SESSION_NAME
    options: str = "{}"


@dataclass(frozen=True)
class RootTask:
    """A root session in a member account (AssumeRoot), for one of AWS's task policies by name."""

    account_id: str
    policy: str


@dataclass(frozen=True)
class Settings:
    """How to reach AWS and as whom. None means: as the usual AWS environment says.

    ``ask_mfa_code`` shows a prompt and returns the code that a profile's ``mfa_serial`` asks for; without it such a
    profile is refused.
    """

    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    endpoints: tuple[tuple[str, str], ...] = ()
    roles: tuple[Role, ...] = ()
    root: RootTask | None = None
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    verify: bool | str | None = None
    proxy: str | None = None
    use_fips: bool | None = None
    use_dualstack: bool | None = None
    read_attempts: int | None = None
    ask_mfa_code: Callable[[str], str] | None = field(default=None, repr=False)
