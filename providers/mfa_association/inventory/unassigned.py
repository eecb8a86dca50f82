"""Virtual devices that nobody holds: nobody signs in with one, and each counts against the quota of the account."""

from __future__ import annotations

import shlex


def deletion(serial_number: str) -> str:
    """The command that deletes such a device."""
    return f"aws iam delete-virtual-mfa-device --serial-number {shlex.quote(serial_number)}"


def left_over(serial_number: str) -> str:
    """The sentence about one."""
    return f"nobody holds virtual device {serial_number}; unless other code keeps it: {deletion(serial_number)}"
