"""What a program may not ask of an association, and what it should not: both are known before the engine is."""

from __future__ import annotations

from collections import defaultdict
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource

Names = defaultdict[str, set[str]]

_names_by_program: WeakKeyDictionary[pulumi.Resource, Names] = WeakKeyDictionary()
"""For each program of this process (an inline automation program is one of many): serial number -> resource names."""


def refuse_delete_before_replace(name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Raise ``pulumi.RunError``: the device would be deactivated before the engine says that it is declared again."""
    if opts is not None and opts.delete_before_replace:
        raise pulumi.RunError(
            f"declaring MFA device association ({name}): delete_before_replace=True would deactivate the old device "
            "before the new one is registered; nothing was changed, remove the option: the new device comes first"
        )


def warn_if_declared_twice(name: str, serial_number: str) -> None:
    """Warn when the program declares this device under another name too."""
    program = get_root_resource()
    if program is None:
        return
    names = _names_by_program.setdefault(program, defaultdict(set))[serial_number.lower()]
    names.add(name)
    if len(names) == 2:
        first, second = sorted(names)
        pulumi.log.warn(
            f"{serial_number} is declared twice in this program, as {first} and as {second}: "
            "the device stays active until both are removed; declare it once"
        )
