"""The function ``roster``: a roster's text to an object for ``for_each``, by device."""

from __future__ import annotations

import functools
from typing import Any, Final

from mfa_association.fields import BY_NAME, ROSTER
from mfa_association.terraform.protocol import message
from mfa_association.terraform.schema import cty
from mfa_association.terraform.values import encode

NAME: Final = "roster"
SUMMARY: Final = "Reads a roster: who may hold which MFA device"
DESCRIPTION: Final = (
    "Reads the text of a roster file and returns its devices by their names, for `for_each`. All faults of the roster "
    "are told at once, each with its line."
)
PARAMETER: Final = 'Text of a roster, such as `file("roster.yaml")`.'
_OBJECT = {name: "bool" if BY_NAME[name].is_truth else "string" for name in ROSTER}


def definition() -> Any:
    """The function in the protocol."""
    parameter = message("Function.Parameter")(
        name="text", type=cty("string"), description=PARAMETER, description_kind=1
    )
    returned = message("Function.Return")(type=cty(["map", ["object", _OBJECT]]))
    made = message("Function")(summary=SUMMARY, description=DESCRIPTION, description_kind=1, parameters=[parameter])
    getattr(made, "return").CopyFrom(returned)
    return made


@functools.lru_cache(maxsize=4)
def devices(text: str) -> bytes:
    """The devices of a roster by name, encoded. Raises ``RosterError`` with every fault at once.

    Kept, because an engine evaluates ``for_each`` anew for every single instance of a resource.
    """
    from mfa_association.roster import parse

    return encode({line.serial.name: line.inputs() for line in parse(text).lines})
