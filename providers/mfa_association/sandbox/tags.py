"""Tags of virtual MFA devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .accounts import Device, SandboxDeviceKind, View
from .errors import Refused
from .listing import described
from .paging import page
from .request import Action, Request, Result

TAGS_PER_DEVICE = 50
"""The quota of the IAM user guide."""


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags with others added. Keys are compared without regard to case."""
    spelled = {key.casefold(): key for key in tags}
    given = [tag["Key"].casefold() for tag in added]
    if len(set(given)) < len(given):
        raise Refused("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    result = dict(tags) | {spelled.get(tag["Key"].casefold(), tag["Key"]): tag["Value"] for tag in added}
    if len(result) > TAGS_PER_DEVICE:
        raise Refused("LimitExceeded", f"The number of tags has reached the maximum limit of {TAGS_PER_DEVICE}.")
    return result


def _virtual(request: Request, view: View) -> Device:
    device = view.device(request.serial)
    if device.kind is not SandboxDeviceKind.VIRTUAL:
        raise Refused("InvalidInput", "Only virtual MFA devices can be tagged.")
    return device


def tag(request: Request) -> Result:
    """TagMFADevice: add tags, or change their values."""
    device = _virtual(request, request.account.live)
    request.account.put(replace(device, tags=tagged(device.tags, request.params["Tags"])))
    return {}


def untag(request: Request) -> Result:
    """UntagMFADevice: take tags away; one that is not there is no error."""
    device = _virtual(request, request.account.live)
    gone = {key.casefold() for key in request.params["TagKeys"]}
    kept = {key: value for key, value in device.tags.items() if key.casefold() not in gone}
    request.account.put(replace(device, tags=kept))
    return {}


def list_tags(request: Request) -> Result:
    """ListMFADeviceTags, sorted by key, page by page."""
    shown, more = page(request, described(_virtual(request, request.view).tags), lambda tag: tag["Key"])
    return {"Tags": shown, **more}


ACTIONS: Mapping[str, Action] = {"TagMFADevice": tag, "UntagMFADevice": untag, "ListMFADeviceTags": list_tags}
