"""Associations as Terraform's import blocks, so that the first plan says "N to import, 0 to add". Pure.

The blocks name the resource that is there already, or the one of the module that docs/terraform.md shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from mfa_association.errors import MfaError
from mfa_association.fields import ROSTER
from mfa_association.roster import Line
from mfa_association.terraform.association import import_id
from mfa_association.tokens import TERRAFORM_PROVIDER, TERRAFORM_TYPE

IMPORTS: Final = "imports.tf"
MODULE: Final = "mfa.tf"
MARK: Final = "# Written by `mfa-association adopt --terraform`."
RESOURCE: Final = "all"
"""The resource of the documented module."""

_HEAD = f"{MARK} It imports what is held already, and is not needed after the apply: delete it then.\n"
_REQUIRED = f"""terraform {{
  required_providers {{
    mfa = {{
      source = "{TERRAFORM_PROVIDER}"
    }}
  }}
}}

"""
_OURS = re.compile(rf'^resource\s+"{TERRAFORM_TYPE}"\s+"([\w-]+)"\s*{{(.*?)^}}', re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^[ \t]*(?:#|//)[^\n]*|^[ \t]*/\*.*?\*/", re.MULTILINE | re.DOTALL)


class AmbiguousResource(MfaError):
    """Several resources of a module could be the one that loops over the roster."""

    def __init__(self, names: list[str]) -> None:
        addresses = ", ".join(f"{TERRAFORM_TYPE}.{name}" for name in names)
        super().__init__(
            f"writing ({IMPORTS}): several resources could hold the devices of the roster: {addresses}; "
            "nothing was written, leave one of them with for_each in this folder"
        )


def import_blocks(held: Iterable[Line], resource: str = RESOURCE) -> str:
    """The text of a file that imports these devices into the resource of this name, by its keys of ``for_each``."""
    ids = {_quoted(line.serial.name): _quoted(import_id(line.inputs())) for line in held}
    width = max(map(len, ids), default=0)
    rows = "".join(f"    {key:{width}} = {id_}\n" for key, id_ in ids.items())
    to = f"{TERRAFORM_TYPE}.{resource}[each.key]"
    return f"{_HEAD}import {{\n  for_each = {{\n{rows}  }}\n\n  to = {to}\n  id = each.value\n}}\n"


def resource_name(sources: Mapping[str, str]) -> str | None:
    """The resource of a module that loops over a roster; None where it has no association.

    ``sources``: the text of each file of the module. Raises ``AmbiguousResource``.
    """
    found = [match for text in sources.values() for match in _OURS.finditer(_COMMENT.sub("", text))]
    looping = [match[1] for match in found if "for_each" in match[2]]
    names = looping or [match[1] for match in found]
    if len(names) > 1:
        raise AmbiguousResource(names)
    return names[0] if names else None


def module(roster: str, *, requires: bool = True) -> str:
    """The documented module for a roster in the same folder; ``requires``: with its ``required_providers``."""
    width = max(map(len, ROSTER))
    arguments = "".join(f"  {name:{width}} = each.value.{name}\n" for name in ROSTER)
    devices = f"provider::mfa::roster(file({_quoted(roster)}))"
    return (
        f"{_REQUIRED if requires else ''}locals {{\n  devices = {devices}\n}}\n\n"
        f'resource "{TERRAFORM_TYPE}" "{RESOURCE}" {{\n  for_each = local.devices\n\n{arguments}}}\n'
    )


def _quoted(text: str) -> str:
    """A text as HCL quotes it: JSON's escapes, and no template."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
