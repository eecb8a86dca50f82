"""Virtual devices that nobody holds: nobody signs in with one, and each counts against the quota of the account."""

from __future__ import annotations

from mfa_association.inventory.followup import delete_command


def left_over(serial_number: str) -> str:
    """The sentence about one."""
    return f"nobody holds virtual device {serial_number}; unless other code keeps it: {delete_command(serial_number)}"
