"""Virtual devices that nobody holds: nobody signs in with one, and each counts against the quota of the account."""

from __future__ import annotations

import shlex


def left_over(serial_number: str) -> str:
    """The sentence about one."""
    return f"nobody holds virtual device {serial_number}; unless other code keeps it: {delete_command(serial_number)}"


def delete_command(serial_number: object) -> str:
    """What deletes a virtual device that nobody holds. Its path may hold what a shell would run (pathType)."""
    return f"aws iam delete-virtual-mfa-device --serial-number {shlex.quote(str(serial_number))}"
