"""What a provider was asked, in order, and whether an engine as the model has it could ask so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mfa_association.terraform import protocol
from mfa_association.terraform.server import Server
from mfa_association.terraform.values import decode

Asked = tuple[str, str]
"""A verb, and the address or the device that it is about."""

_VALUES = ("planned_state", "prior_state", "config", "current_state", "proposed_new_state")


class Recording(Server):
    """A provider that writes down what it is asked."""

    asked: list[Asked]

    def __init__(self, asked: list[Asked] | None = None) -> None:
        super().__init__()
        self.asked = [] if asked is None else asked

    def call(self, method: str, data: bytes) -> bytes | list[bytes]:
        request = protocol.method(method).request.FromString(data)
        self.asked.append((_verb(method, request), _serial(request)))
        return super().call(method, data)


def _verb(method: str, request: Any) -> str:
    """A destroy is told from other applies."""
    gone = method == "ApplyResourceChange" and decode(request.planned_state.msgpack) is None
    return "Destroy" if gone else method.removesuffix("ResourceChange").removesuffix("ResourceConfig")


def _serial(request: Any) -> str:
    for name in _VALUES:
        if name in request.DESCRIPTOR.fields_by_name and getattr(request, name).msgpack:
            value = decode(getattr(request, name).msgpack)
            if isinstance(value, dict) and value.get("serial_number"):
                return str(value["serial_number"])
    return ""


def pulumi_faults(trace: Sequence[Asked]) -> Iterator[str]:
    """What the model of Pulumi's engine could not have drawn."""
    checked, deleting = set[str](), False
    for verb, address in trace:
        if verb == "Check":
            checked.add(address)
        if verb == "Read" and (checked or deleting):
            yield f"{address} is read after a check or a delete"
        if verb in ("Create", "Update") and address not in checked:
            yield f"{address}: {verb} without a check"
        if verb in ("Check", "Create", "Update", "Read") and deleting:
            yield f"{address}: {verb} after a delete"
        deleting = deleting or verb == "Delete"


def terraform_faults(trace: Sequence[Asked]) -> Iterator[str]:
    """What the model of Terraform's engine could not have drawn; a process begins where it is configured."""
    validated, planned, read, applied, configured = set[str](), set[str](), False, False, False
    for verb, serial in trace:
        if verb == "ConfigureProvider":
            validated, planned, read, applied, configured = set(), set(), False, False, True
        if verb == "Validate":
            validated.add(serial)
        if verb in ("Read", "ReadResource"):
            read = True
        if verb in ("ReadResource", "Plan", "Apply", "Destroy") and not configured:
            yield f"{serial}: {verb} without a configuration"
        if verb == "Plan":
            planned.add(serial)
        if verb == "Apply" and serial not in planned:
            yield f"{serial} is applied in a process that did not plan it again"
        if verb == "Apply" and serial not in validated:
            yield f"{serial} is applied in a process that did not validate it"
        if verb in ("Apply", "Destroy") and read:
            yield f"{serial}: {verb} in a process that reads"
        applied = applied or verb in ("Apply", "Destroy")
