"""A roster to resources: one association per line."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi

from mfa_association import roster
from mfa_association.errors import MfaError
from mfa_association.fields import CODES
from mfa_association.pulumi.resource import MfaDeviceAssociation
from mfa_association.validation import InvalidValue, check_codes

CODES_VARIABLE = "MFA_ASSOCIATION_CODES"


def declare(path: str | Path = "roster.yaml", opts: pulumi.ResourceOptions | None = None) -> list[MfaDeviceAssociation]:
    """Declare one association for each line of a roster file, named after its device.

    Two consecutive codes enable a device that its user does not hold yet; they live for about a minute, so they come
    from the environment of one run: ``MFA_ASSOCIATION_CODES="mfa/alice-phone=123456,654321"`` (more with spaces).
    Raises ``pulumi.RunError``, which Pulumi shows without a traceback.
    """
    try:
        given = _codes(os.environ.get(CODES_VARIABLE, ""))
        lines = roster.load(path).lines
    except MfaError as fault:
        raise pulumi.RunError(str(fault)) from None
    _warn_of_strangers(given, lines, path)
    made = []
    # Here, not in a function or comprehension: each frame of the stack goes into the state of each resource.
    for line in lines:
        inputs = line.inputs() | dict(zip(CODES, given.get(line.serial.name, ()), strict=False))
        made.append(MfaDeviceAssociation(line.serial.name, **inputs, opts=opts))
    return made


def _warn_of_strangers(codes: dict[str, tuple[str, str]], lines: tuple[roster.Line, ...], path: str | Path) -> None:
    """A name that is misspelt enables nothing. Only a warning, because a program may have several rosters."""
    unknown = sorted(codes.keys() - {line.serial.name for line in lines})
    if unknown:
        pulumi.log.warn(
            f"{CODES_VARIABLE} names {', '.join(unknown)}, which {path} does not declare: "
            "correct the name, unless another roster of this program declares it"
        )


def _codes(text: str) -> dict[str, tuple[str, str]]:
    """Read ``DEVICE=CODE,CODE`` pairs. Raises ``InvalidValue``, which never shows a code."""
    pairs: dict[str, tuple[str, str]] = {}
    for item in text.split():
        name, equals, pair = item.rpartition("=")
        first, comma, second = pair.partition(",")
        codes = check_codes(first, second) if equals and comma else None
        if codes is None:
            raise InvalidValue(
                CODES_VARIABLE, None, "must read DEVICE=CODE,CODE, such as mfa/alice-phone=123456,654321"
            )
        pairs[name] = codes
    return pairs
