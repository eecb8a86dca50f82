"""A new device as a QR code, for the eyes of its user only: in a terminal, or in a file of mode 0600."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mfa_association.errors import MfaError
from mfa_association.totp import Seed


class QrCode:
    """What an authenticator app scans (Key Uri Format of Google Authenticator). As short as can be, so that it is small."""

    def __init__(self, seed: Seed, user_name: str, account_id: str) -> None:
        import segno

        address = f"otpauth://totp/AWS:{quote(user_name, safe='@')}@{account_id}?secret="
        # Apart from the address the seed takes the mode for capitals and digits, which needs a third less room.
        pieces: Any = [address, seed.base32]
        self._picture: Any = segno.make(pieces, error="l", micro=False, boost_error=False)

    def lines(self, border: int) -> list[str]:
        """Two rows of it to a line, light on dark, with so many light modules around it."""
        drawn = StringIO()
        self._picture.terminal(drawn, compact=True, border=border)
        return drawn.getvalue().splitlines()

    def save(self, path: Path) -> None:
        """Write it as a PNG that only its owner can read. Raises ``MfaError``, also when there is such a file."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                self._picture.save(file, kind="png", scale=6)
        except OSError as fault:
            raise MfaError(f"writing the QR code ({path}): {fault.strerror}; give another --qr-file") from None
