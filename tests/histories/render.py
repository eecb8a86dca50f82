"""A program as text: Python for Pulumi, HCL for Terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from tests.histories.history import Run
from tests.histories.program import Program, Record
from tests.histories.pulumi_engine import inputs
from tests.histories.results import Saved

HEAD = """
import json
import os
import sys

import pulumi
from pulumi.dynamic import Resource, ResourceProvider
from mfa_association.pulumi import MfaDeviceAssociation

class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("histories:part:" + name, name)

class Failing(ResourceProvider):
    def create(self, props):
        sys.tracebacklimit = 0
        raise Exception("the neighbour fails")

class Neighbour(Resource):
    def __init__(self):
        super().__init__(Failing(), "neighbour", {})

"""


OTHER = """
# An explicit provider is configured by its inputs alone: the stack's configuration is for the default one.
other = pulumi.ProviderResource("pulumi-python", "b", json.loads(os.environ["PULUMI_CONFIG"]))
"""


def python(program: Program, run: Run, order: Iterable[str], state: Iterable[Saved]) -> str:
    """The program in Python, its resources in this order. The other provider stays while a record needs it."""
    named = program.named()
    lines = [HEAD, "parts = {}"]
    lines += [f"parts[{name!r}] = Part({name!r})" for name in sorted({one.parent for one in named.values()} - {""})]
    providers = {one.provider for one in named.values()} | {saved.provider for saved in state}
    if providers - {""}:
        lines.append(OTHER)
    if run.neighbour_fails:
        lines.append("neighbour = Neighbour()")
    for address in order:
        lines.append(_python(address, named[address], program.moves.get(address), run))
    return "\n".join([*lines, ""])


def _python(address: str, record: Record, old: str | None, run: Run) -> str:
    options = [f"protect={record.protect}", f"retain_on_delete={record.retain}"]
    if record.parent:
        options.append(f"parent=parts[{record.parent!r}]")
    if record.provider:
        options.append("provider=other")
    if record.after_neighbour and run.neighbour_fails:
        options.append("depends_on=[neighbour]")
    if old:
        options.append(f"aliases=[pulumi.Alias(name={_name(old, record)!r})]")
    arguments = ", ".join(f"{name}={value!r}" for name, value in inputs(record).items())
    name = _name(address, record)
    return f"MfaDeviceAssociation({name!r}, {arguments}, opts=pulumi.ResourceOptions({', '.join(options)}))"


def _name(address: str, record: Record) -> str:
    return address.removeprefix(f"{record.parent}/") if record.parent else address


def slug(address: str) -> str:
    """The address as a name that HCL allows."""
    return re.sub(r"\W", "_", address)


def hcl(program: Program, state: Iterable[Saved]) -> str:
    """The program in HCL, with `moved` blocks, and `removed` blocks for what is to stay."""
    named = program.named()
    lines = [_hcl(address, record) for address, record in named.items()]
    for new, old in program.moves.items():
        lines.append(f"moved {{\n  from = {_address(old)}\n  to = {_address(new)}\n}}")
    moved = set(program.moves.values())
    for saved in state:
        if saved.retain and saved.address not in named and saved.address not in moved and not saved.old:
            block = "lifecycle {\n    destroy = false\n  }"
            lines.append(f"removed {{\n  from = {_address(saved.address)}\n  {block}\n}}")
    return "\n".join([*dict.fromkeys(lines), ""])


def _hcl(address: str, record: Record) -> str:
    arguments = [f"  {name} = {json.dumps(value)}" for name, value in inputs(record).items()]
    if record.provider:
        arguments.append("  provider = mfa.b")
    lifecycle = f"create_before_destroy = {_truth(record.create_first)}\n    prevent_destroy = {_truth(record.protect)}"
    return "\n".join(
        [
            f'resource "mfa_device_association" "{slug(address)}" {{',
            *arguments,
            f"  lifecycle {{\n    {lifecycle}\n  }}",
            "}",
        ]
    )


def _address(address: str) -> str:
    return f"mfa_device_association.{slug(address)}"


def _truth(value: bool) -> str:
    return str(value).lower()
