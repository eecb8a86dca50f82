"""How to tell an association among the resources of a Pulumi state or preview, whatever it is called there. Pure.

The type says so; or the provider that serves it, which is compared as text: no pickle is ever opened; or, where that is a
secret, the names of its inputs.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE

PICKLE: Final = "gASVMwAAAAAAAACMH21mYV9hc3NvY2lhdGlvbi5wdWx1bWkucHJvdmlkZXKUjAhQcm92aWRlcpSTlCmBlC4="
"""``__provider`` of our resources: the class by its name."""
_OUR_CLASS: Final = b"mfa_association.pulumi.provider"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CODE = re.compile(r"(?<=authentication_code)(?=[12])")


def is_association(state: Mapping[str, Any]) -> bool:
    """Whether a resource's state, as Pulumi writes it, is an association's."""
    kind = str(state.get("type"))
    if kind in (PULUMI_TYPE, BRIDGED_TYPE) or _names_our_provider(pickle_of(state)):
        return True
    inputs = state.get("inputs")
    return ":dynamic" in kind and isinstance(inputs, dict) and {"serial_number", "user_name"} <= inputs.keys()


def pickle_of(state: Mapping[str, Any]) -> object:
    """The text of the provider that serves a dynamic resource; None for no such resource."""
    bags = (state.get(name) for name in ("inputs", "outputs"))
    return next((bag["__provider"] for bag in bags if isinstance(bag, dict) and "__provider" in bag), None)


def camel(name: str) -> str:
    """A name as Pulumi spells it: ``user_name`` is ``userName``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """A name as Terraform and Python spell it: ``userName`` is ``user_name``."""
    return _CODE.sub("_", _HUMP.sub("_", name).lower())


def _names_our_provider(text: object) -> bool:
    """Whether ``__provider`` names our class, in whatever way it was pickled."""
    if text == PICKLE or not isinstance(text, str):
        return text == PICKLE
    try:
        return _OUR_CLASS in base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
