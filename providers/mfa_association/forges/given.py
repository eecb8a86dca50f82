"""What a run is told by options and environment, whatever the forge: checked before it is used."""

from __future__ import annotations

import re

from mfa_association.errors import MfaError
from mfa_association.text import show

_RUN = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,9}))?")
_ADDRESS = re.compile(
    r"https://[\w.-]+(?::\d+)?(?:/[\w./-]*)?|http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?:/[\w./-]*)?"
)
_TOKEN = re.compile(r"[!-~]+")


def run_and_attempt(text: str) -> tuple[int, int | None]:
    """ID or ID.ATTEMPT as numbers. Raises ``MfaError``."""
    found = _RUN.fullmatch(text)
    if not found:
        raise MfaError(f"finding the run ({show(text)}): it is not a number such as 17 or 17.2; give --run")
    return int(found[1]), int(found[2]) if found[2] else None


def address(text: str) -> str:
    """An API's address, never one that would carry the token in the clear. Raises ``MfaError``."""
    if not _ADDRESS.fullmatch(text):
        raise MfaError(f"finding the API ({show(text)}): it is not an address with https://; correct --api-url")
    return text.rstrip("/")


def token(*candidates: str | None) -> str | None:
    """The first that is set, if it can be part of a header; None for none."""
    found = next((text.strip() for text in candidates if text), "")
    return found if _TOKEN.fullmatch(found) else None
