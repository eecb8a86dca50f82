"""The bytes of a preview or plan to JSON documents: one, or one for each line of a stream. Pure."""

from __future__ import annotations

import json
from json import JSONDecodeError
from json.decoder import JSONDecoder
from typing import Any, Final

from mfa_association.errors import MfaError


class Unreadable(MfaError):
    """Why the text is no preview and no plan; ``str()`` is the cause, in a few words."""


class _Secret:
    """The class of ``SECRET``."""


SECRET: Final = _Secret()
"""Stands for a value that the engine knows and does not show."""


def documents(raw: bytes) -> list[dict[str, Any]]:
    """The JSON objects of a file. Raises ``Unreadable``.

    Text may stand before the first object (Pulumi tells on stdout that it installs policy packs; the wrapper of
    setup-terraform which command it runs). After the last one only what that wrapper says to GitHub may stand.
    """
    if (known := of_bytes(raw)) is not None:
        raise Unreadable(known)
    try:
        text = raw.decode(json.detect_encoding(raw))
    except UnicodeDecodeError:
        raise Unreadable("the text is not UTF-8") from None
    if not text.strip():
        raise Unreadable("the file is empty")
    at = _first_object(text)
    if at is None:
        raise Unreadable(no_json())
    return _objects(_without_commands(text), at)


def _without_commands(text: str) -> str:
    """A text without the workflow commands at its end: lines that begin with ``::`` (`::debug::Terraform exited …`)."""
    text = text.rstrip()
    while (start := text.rfind("\n") + 1) and text.startswith("::", start):
        text = text[:start].rstrip()
    return text


def _first_object(text: str) -> int | None:
    """Where a line begins with ``{``: inside of an object, lines are indented."""
    if text.startswith("{"):
        return 0
    brace = text.find("\n{")
    return None if brace < 0 else brace + 1


def _objects(text: str, at: int) -> list[dict[str, Any]]:
    decoder, values = JSONDecoder(), []
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except JSONDecodeError:
            raise Unreadable("the JSON is cut off or broken") from None
        except RecursionError:
            raise Unreadable("the JSON is nested too deeply") from None
        except ValueError:
            raise Unreadable("the JSON holds a number of thousands of digits") from None
        if not isinstance(value, dict):
            raise Unreadable("the JSON is not an object")
        values.append(value)
        at = _skip_blank(text, end)
    return values


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def mapping(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """An object's value that is an object; an empty one when it is anything else."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def objects(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """An object's value that is a list of objects, or missing. Raises ``Unreadable``."""
    value = parent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unreadable(f"{name} is not a list of objects")
    return value


PULUMI: Final = "`pulumi preview --json --show-sames --show-replacement-steps --non-interactive`"
TERRAFORM: Final = "`terraform show -json plan.bin`"
_EITHER: Final = f"make it with {PULUMI}, or with {TERRAFORM} (OpenTofu: `tofu show -json plan.bin`)"
_ZIP = b"PK\x03\x04"


def of_bytes(raw: bytes) -> str | None:
    """What a file is that holds no JSON of ours, if that can be told; None where it may."""
    if raw.startswith(_ZIP):
        return f"it is a saved plan, which is binary; its JSON comes from {TERRAFORM}"
    head = raw[:4096].decode("utf-8", "replace")
    if "Previewing update" in head and "\n{" not in head:
        return f"it is what `pulumi preview` shows in a terminal; the JSON comes from {PULUMI}"
    if "Terraform will perform" in head or "OpenTofu will perform" in head or "Terraform used the selected" in head:
        return f"it is what a plan shows in a terminal; save it with `-out=plan.bin`, then use {TERRAFORM}"
    return None


def no_json() -> str:
    """What is said where no JSON is found."""
    return f"it holds no JSON; {_EITHER}"


def of_document(first: dict[str, Any]) -> str:
    """What a JSON document is that is neither a preview nor a plan."""
    if "@level" in first:
        return f"it is the log of `terraform plan -json`; save the plan with `-out=plan.bin`, then use {TERRAFORM}"
    if "resourcePlans" in first or "manifest" in first:
        return f"it is a plan that `pulumi preview --save-plan` saved; the JSON comes from {PULUMI}"
    if "deployment" in first or "checkpoint" in first:
        return f"it is a stack's state; the JSON of a preview comes from {PULUMI}"
    if "terraform_version" in first and "resources" in first:
        return f"it is a state; the plan's JSON comes from {TERRAFORM}"
    if "verdict" in first and "losses" in first:
        return "it is a review already, which `--reviewed` takes"
    return f"the JSON is neither a Pulumi preview nor a Terraform plan; {_EITHER}"
