"""The query protocol: forms in, XML out, both driven by botocore's service model; and refusals in JSON."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.session import get_session

from .errors import Refused

NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
JSON_CODES = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "Throttling": "ThrottlingException",
}
"""Errors that services which speak JSON call otherwise (common errors of their API references)."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@lru_cache
def model(service: str) -> ServiceModel:
    """botocore's published model of a service."""
    return get_session().get_service_model(service)


@lru_cache
def operation(service: str, action: str) -> OperationModel:
    """botocore's published model of one action."""
    return model(service).operation_model(action)


def parse(shape: Shape, form: Mapping[str, str], name: str = "") -> Any:
    """The value of a shape in a form, or None where the form does not mention it."""
    if isinstance(shape, StructureShape):
        dot = f"{name}." if name else ""
        found = {key: parse(member, form, dot + key) for key, member in shape.members.items()}
        return {key: value for key, value in found.items() if value is not None} or None
    if isinstance(shape, ListShape):
        return _parse_list(shape, form, name)
    return _parse_scalar(shape, form.get(name), name)


def _parse_list(shape: ListShape, form: Mapping[str, str], name: str) -> list[Any] | None:
    items: list[Any] = []
    for number in count(1):
        item = parse(shape.member, form, f"{name}.member.{number}")
        if item is None:
            return items or ([] if name in form else None)
        items.append(item)
    raise AssertionError("unreachable")


def _parse_scalar(shape: Shape, text: str | None, name: str) -> str | int | None:
    if text is None or shape.type_name != "integer":
        return text
    try:
        return int(text)
    except ValueError:
        raise Refused("MalformedInput", f"The value of {name} is not an integer.") from None


def render(shape: Shape, value: Any) -> str:
    """The XML inside one element."""
    if isinstance(shape, StructureShape):
        members = ((key, member) for key, member in shape.members.items() if value.get(key) is not None)
        return "".join(f"<{key}>{render(member, value[key])}</{key}>" for key, member in members)
    if isinstance(shape, ListShape):
        return "".join(f"<member>{render(shape.member, item)}</member>" for item in value)
    if isinstance(shape, MapShape):
        return "".join(_entry(shape, key, item) for key, item in value.items())
    return text(_scalar(shape.type_name, value))


def _entry(shape: MapShape, key: str, item: Any) -> str:
    return f"<entry><key>{render(shape.key, key)}</key><value>{render(shape.value, item)}</value></entry>"


def _scalar(kind: str, value: Any) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "blob":
        return base64.b64encode(value).decode()
    return stamp(value) if kind == "timestamp" else str(value)


def stamp(moment: datetime | int) -> str:
    """A time as IAM writes it: UTC, whole seconds."""
    when = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(value: str) -> str:
    """Text that is safe inside an element; characters that XML cannot hold become question marks."""
    return escape(NOT_XML.sub("?", value))


def answer(service: str, action: str, result: Mapping[str, Any], request_id: str) -> str:
    """The XML document of a success."""
    output = operation(service, action).output_shape
    inside = f"<{action}Result>{render(output, result)}</{action}Result>" if output else ""
    return (
        f'<{action}Response xmlns="{NAMESPACES[service]}">{inside}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )


def refusal(service: str, refused: Refused, request_id: str) -> str:
    """The XML document of an error."""
    side = "Sender" if refused.status < 500 else "Receiver"
    return (
        f'<ErrorResponse xmlns="{NAMESPACES.get(service, NAMESPACES["iam"])}"><Error><Type>{side}</Type>'
        f"<Code>{text(refused.code)}</Code><Message>{text(refused.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def json_refusal(refused: Refused) -> tuple[str, int, bytes]:
    """Code, status and document of an error of a service that speaks JSON: all but its own failures are 400."""
    code = JSON_CODES.get(refused.code, refused.code)
    document = json.dumps({"__type": code, "message": refused.message})
    return code, refused.status if refused.status >= 500 else 400, document.encode()
