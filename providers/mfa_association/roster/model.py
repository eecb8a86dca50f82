"""What a roster without faults says: its lines, and its rules for all devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mfa_association.fields import BY_NAME, ROSTER
from mfa_association.text import show
from mfa_association.validation import SerialNumber


@dataclass(frozen=True)
class Line:
    """One declared device: its holder (an IAM user, or the root user of an account), its line, and what is set there.

    ``settings``: those that the device or the ``defaults`` say, as the resource's inputs.
    """

    serial: SerialNumber
    line: int
    user_name: str | None = None
    root_account_id: str | None = None
    settings: Mapping[str, str | bool | None] = field(default_factory=dict, hash=False)

    def inputs(self) -> dict[str, Any]:
        """All that the roster says of the device, as inputs of the resource; None, or False, where it says nothing."""
        said = {
            "serial_number": self.serial.text,
            "user_name": self.user_name,
            "root_account_id": self.root_account_id,
            **self.settings,
        }
        return {name: said.get(name, False if BY_NAME[name].is_truth else None) for name in ROSTER}


@dataclass(frozen=True)
class Roster:
    """A roster without faults; ``lines`` in the order of the file.

    ``rules``: what it says of all its devices, and no resource takes (``fields.RULES``).
    """

    path: str
    lines: tuple[Line, ...]
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def required_certification(self) -> str | None:
        """What the devices of its users must be certified for."""
        return self.rules.get("require_certification")

    @property
    def warnings(self) -> tuple[tuple[int, str], ...]:
        """What is allowed and seldom meant: line and text of each."""
        return tuple((line.line, _warning(line)) for line in self.lines if line.serial.looks_like_a_name)


def _warning(line: Line) -> str:
    name = line.serial.text
    return (
        f"{show(name)} is taken for the serial number of a hardware token, and looks like a virtual device's name: if it"
        f" is one, write its ARN, arn:aws:iam::ACCOUNT:mfa/{name}"
    )
