"""Seeds and the codes they give, and where a seed may come from. No AWS here.

A seed is the base32 text behind a device's QR code; a code is TOTP (RFC 6238) with SHA-1, six digits and steps of 30
seconds, as IAM's virtual devices use it. IAM takes two consecutive codes, the older first, and only steps that are
newer than the last pair it accepted for that seed.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from mfa_association.errors import MfaError
from mfa_association.validation import InvalidValue

STEP: Final = 30
_BASE32 = re.compile(r"[A-Z2-7]+=*")
_LEAST_LENGTH = 23
"""Of base32 text with the 112 bits that pyotp asks of a seed (NIST SP 800-63B-4, 3.1.4.1)."""
_AS_AWS = {"digits": "6", "period": str(STEP), "algorithm": "SHA1"}
_SOURCE = re.compile(r"(?P<place>env|file|ssm|secretsmanager):(?P<name>[\x21-\x7e]{1,2048})", re.ASCII)
_MOST_BYTES = 4096

SeedStore = Literal["env", "file", "ssm", "secretsmanager"]


class SeedUnreadable(MfaError):
    """A seed source gave no seed. The sentence names the source, never what it held."""

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(f"reading the seed from ({source}): {cause}; nothing was changed, correct seed_source")


@dataclass(frozen=True)
class Seed:
    """The secret of a virtual or hardware device, as base32 text."""

    base32: str = field(repr=False)

    def code(self, step: int) -> str:
        """The code of one step, counted from 1970 in units of 30 seconds."""
        import pyotp

        return pyotp.HOTP(self.base32).at(step)

    def pair(self, step: int) -> tuple[str, str]:
        """The two consecutive codes that end with this step."""
        return self.code(step - 1), self.code(step)


@dataclass(frozen=True)
class SeedSource:
    """Where a seed is kept: ``env:NAME``, ``file:PATH``, ``ssm:/path`` or ``secretsmanager:ID[#key]``."""

    place: SeedStore
    name: str

    def __str__(self) -> str:
        return f"{self.place}:{self.name}"

    def read_here(self) -> str:
        """The text of an environment variable or a file. Raises ``SeedUnreadable``."""
        return self._variable() if self.place == "env" else self._file()

    def _variable(self) -> str:
        value = os.environ.get(self.name)
        if not value:
            raise SeedUnreadable(str(self), "the environment variable is not set")
        return value

    def _file(self) -> str:
        try:
            with Path(self.name).expanduser().open("rb") as file:
                return file.read(_MOST_BYTES).decode("ascii")
        except OSError as fault:
            raise SeedUnreadable(str(self), f"the file cannot be read: {fault.strerror}") from None
        except RuntimeError:
            raise SeedUnreadable(str(self), "the file cannot be read: there is no such home folder") from None
        except UnicodeDecodeError:
            raise SeedUnreadable(str(self), "the file does not hold base32 text") from None


def step_at(moment: datetime) -> int:
    """The number of the step that a moment lies in."""
    return int(moment.timestamp()) // STEP


def parse_seed(value: object, field: str = "seed") -> Seed:
    """Read a seed, and refuse one that would give no codes. Raises ``InvalidValue``, which never shows the value.

    Taken is base32 text in any case, with spaces, hyphens or padding; the ``otpauth://`` address of a QR code; and
    base32 text once more in base64, as some tools hand on IAM's ``Base32StringSeed``.
    """
    text = value.strip() if isinstance(value, str) and value.isascii() else ""
    if text.lower().startswith("otpauth:"):
        text = _from_address(text, field)
    text = re.sub(r"[\s-]", "", _from_base64(text) or text).upper()
    if not _BASE32.fullmatch(text):
        raise InvalidValue(
            field, None, "must be the device's seed: base32 text (A to Z, 2 to 7) or an otpauth:// address"
        )
    bare = text.rstrip("=")
    if len(bare) < _LEAST_LENGTH:
        rule = f"is too short: a seed has at least {_LEAST_LENGTH} base32 characters, one of AWS's has 64"
        raise InvalidValue(field, None, rule)
    try:
        base64.b32decode(bare + "=" * (-len(bare) % 8))
    except binascii.Error:
        rule = "is not complete: base32 text never has this length; a character is missing, or there is one too many"
        raise InvalidValue(field, None, rule) from None
    return Seed(bare)


def parse_seed_source(value: object, field: str = "seed_source") -> SeedSource:
    """Read a seed source. Raises ``InvalidValue``."""
    found = _SOURCE.fullmatch(value) if isinstance(value, str) else None
    places: dict[str, SeedStore] = {"env": "env", "file": "file", "ssm": "ssm", "secretsmanager": "secretsmanager"}
    if not found:
        rule = "must be env:NAME, file:PATH, ssm:/path or secretsmanager:ID[#key]"
        raise InvalidValue(field, None, f"{rule}{_without_seed(value, places)}")
    return SeedSource(places[found["place"]], found["name"])


def _without_seed(value: object, places: Container[str]) -> str:
    """What may be shown of an invalid seed source: its prefix. Somebody may have typed the seed itself."""
    prefix, colon, _ = value.partition(":") if isinstance(value, str) else ("", "", "")
    return f" (the text after {prefix}: is not valid)" if colon and prefix in places else ""


def _from_address(text: str, field: str) -> str:
    """The ``secret`` of an otpauth:// address (Key Uri Format of Google Authenticator)."""
    try:
        address = urlsplit(text)
    except ValueError:
        return ""
    parameters = {name.lower(): values[-1] for name, values in parse_qs(address.query).items()}
    if address.netloc.lower() != "totp" or any(
        parameters.get(name, usual).upper() != usual for name, usual in _AS_AWS.items()
    ):
        rule = "must give codes as AWS uses them: otpauth://totp, six digits, 30 seconds, SHA1"
        raise InvalidValue(field, None, rule)
    return parameters.get("secret", "")


def _from_base64(text: str) -> str:
    """The base32 text within base64; plain base32 text never decodes to base32 text."""
    try:
        inner = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return inner if _BASE32.fullmatch(inner) else ""
