"""A new device as a QR code, for the eyes of its user only: in a terminal, or in a file of mode 0600."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mfa_association.aws.credentials import NewDevice
from mfa_association.errors import MfaError

_ISSUER = quote("Amazon Web Services")


class QrCode:
    """What an authenticator app scans."""

    def __init__(self, device: NewDevice, user_name: str, account_id: str) -> None:
        import segno

        label = f"{_ISSUER}:{quote(user_name, safe='@')}@{account_id}"
        uri = f"otpauth://totp/{label}?secret={device.seed.base32}&issuer={_ISSUER}"
        self._picture: Any = segno.make(uri, error="l", micro=False, boost_error=False)

    @property
    def width(self) -> int:
        """Columns that it takes in a terminal; it takes half as many lines."""
        return int(self._picture.symbol_size(border=2)[0])

    def lines(self) -> list[str]:
        """Two rows of it to a line, light on dark."""
        drawn = StringIO()
        self._picture.terminal(drawn, compact=True, border=2)
        return drawn.getvalue().splitlines()

    def save(self, path: Path) -> None:
        """Write it as a PNG that only its owner can read. Raises ``MfaError``, also when there is such a file."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                self._picture.save(file, kind="png", scale=6)
        except OSError as fault:
            raise MfaError(f"writing the QR code ({path}): {fault.strerror}; give another --qr-file") from None
