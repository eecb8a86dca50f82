"""Associations as a file for ``pulumi import --file``, so that a whole account comes into a stack without a call to AWS.

Pulumi imports a dynamic resource only from ``inputs`` and ``outputs`` that both hold ``__provider``, the name of the
provider class; so this file is what ``create`` would have saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mfa_association.engine import props
from mfa_association.engine.inputs import with_defaults
from mfa_association.lifecycle import Association
from mfa_association.roster import Line
from mfa_association.tokens import PULUMI_TYPE

_PROVIDER = "__provider"


def import_file(associations: Iterable[tuple[Line, Association]]) -> dict[str, Any]:
    """The import file's content for lines of a roster, each with the association that IAM shows for it."""
    from pulumi.dynamic.dynamic import serialize_provider

    from mfa_association.pulumi.provider import Provider

    provider = {_PROVIDER: serialize_provider(Provider())}
    return {"resources": [_resource(line, association, provider) for line, association in associations]}


def _resource(line: Line, association: Association, provider: dict[str, str]) -> dict[str, Any]:
    inputs = with_defaults(line.inputs(), {})
    return {
        "type": PULUMI_TYPE,
        "name": line.serial.name,
        "id": association.serial_number.text,
        "inputs": {**inputs, **provider},
        "outputs": {**props.outputs(inputs, association), **provider},
    }
