"""A stack export handed over: what the other provider would have written, and nothing else of it touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mfa_association.errors import MfaError
from mfa_association.inventory.associations import PICKLE
from mfa_association.pulumi.convert import convert
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE
from tests.support.programs import DAVES

BRIDGED = json.loads((Path(__file__).parents[1] / "review" / "exports" / "bridged.json").read_text())
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}
STACK = "urn:pulumi:dev::test"
PYTHONS = f"{STACK}::pulumi:providers:pulumi-python::default"
OUTPUTS = {
    "user_name": "dave",
    "serial_number": DAVES,
    "active": True,
    "account_id": "111122223333",
    "enable_date": "2026-11-28T16:50:21Z",
    "user_id": "AIDADAVE",
    "device_kind": "virtual",
    "on_last_device": "warn",
    "on_destroy": "keep",
}


def dynamic(name: str = "mfa/dave-phone", **more: Any) -> dict[str, Any]:
    """An export of the dynamic provider with one device."""
    inputs = {"user_name": "dave", "serial_number": DAVES, "on_last_device": "warn", "on_destroy": "keep"}
    device = {
        "urn": f"{STACK}::app:Component${PULUMI_TYPE}::{name}",
        "custom": True,
        "id": DAVES,
        "type": PULUMI_TYPE,
        "inputs": {**inputs, "__provider": PICKLE, "seed": SECRET},
        "outputs": {**OUTPUTS, "__provider": PICKLE},
        "provider": f"{PYTHONS}::57058def",
        "propertyDependencies": {"user_name": [], "authentication_code_1": []},
        "protect": True,
        "stackTrace": [{}],
        **more,
    }
    provider = {"urn": PYTHONS, "custom": True, "id": "57058def", "type": "pulumi:providers:pulumi-python"}
    other = {"urn": f"{STACK}::random:x::y", "type": "random:x", "dependencies": [device["urn"]]}
    return {"version": 3, "deployment": {"manifest": {}, "resources": [provider, device, other]}}


def test_to_the_bridge() -> None:
    made, number = convert(dynamic(), "bridge")
    _, provider, device, other = made["deployment"]["resources"]
    [theirs] = [one for one in BRIDGED["deployment"]["resources"] if one["type"] == "pulumi:providers:mfa"]
    assert number == 1
    assert provider["urn"] == theirs["urn"]
    assert provider["inputs"] == {name: theirs["inputs"][name] for name in ("__internal", "version")}
    assert device["provider"] == f"{provider['urn']}::{provider['id']}"
    assert device["urn"] == f"{STACK}::app:Component${BRIDGED_TYPE}::mfa/dave-phone"
    assert other["dependencies"] == [device["urn"]]
    assert device["inputs"] == {
        "userName": "dave",
        "serialNumber": DAVES,
        "onLastDevice": "warn",
        "onDestroy": "keep",
        "seedWo": SECRET,
    }
    [written] = [one for one in BRIDGED["deployment"]["resources"] if one.get("id") == DAVES]
    assert written["outputs"].keys() - device["outputs"].keys() == {"__pulumi_raw_state_delta"}
    assert device["outputs"]["id"] == DAVES and device["outputs"]["enableDate"] == OUTPUTS["enable_date"]
    assert device["propertyDependencies"] == {"userName": [], "authenticationCode1Wo": []}
    assert device["additionalSecretOutputs"] == written["additionalSecretOutputs"]
    assert device["protect"] is True and "stackTrace" not in device


def test_there_and_back() -> None:
    made, _ = convert(convert(dynamic(), "bridge")[0], "dynamic")
    provider, _, device, other = made["deployment"]["resources"]
    [before] = [one for one in dynamic()["deployment"]["resources"] if one["type"] == PULUMI_TYPE]
    del before["stackTrace"]
    assert device == before
    assert other["dependencies"] == [device["urn"]] and provider["urn"] == PYTHONS


def test_what_the_bridge_wrote_to_the_dynamic_provider() -> None:
    made, number = convert(BRIDGED, "dynamic")
    devices = [one for one in made["deployment"]["resources"] if one["type"] == PULUMI_TYPE]
    assert len(devices) == number == sum(one["type"] == BRIDGED_TYPE for one in BRIDGED["deployment"]["resources"])
    for device in devices:
        assert device["inputs"]["__provider"] == device["outputs"]["__provider"] == PICKLE
        assert {"user_name", "serial_number"} <= device["inputs"].keys()
        assert not [name for name in device["outputs"] if name != name.lower() or name == "id"]
        assert device["provider"].startswith(PYTHONS) and "additionalSecretOutputs" not in device


def test_a_name_that_holds_what_separates() -> None:
    made, _ = convert(dynamic("a::b"), "bridge")
    assert made["deployment"]["resources"][2]["urn"].endswith(f"${BRIDGED_TYPE}::a::b")


def test_a_record_that_is_yet_to_be_deleted_stays_one() -> None:
    made, _ = convert(dynamic(delete=True), "bridge")
    assert made["deployment"]["resources"][2]["delete"] is True


def _with(**deployment: Any) -> dict[str, Any]:
    export = dynamic()
    return {**export, "deployment": {**export["deployment"], **deployment}}


@pytest.mark.parametrize(
    ("reason", "export", "target", "part"),
    [
        ("none of it", {"deployment": {"resources": []}}, "bridge", "it holds no device of the dynamic provider; nothing was written"),
        ("all are there", BRIDGED, "bridge", "it holds no device of the dynamic provider"),
        ("no export", {"resources": []}, "bridge", "it holds no deployment; make it with `pulumi stack export`"),
        (
            "interrupted",
            _with(pending_operations=[{"resource": {"type": PULUMI_TYPE}, "type": "creating"}]),
            "bridge",
            "a device has a pending operation; run `pulumi refresh`",
        ),
        (
            "a parent",
            _with(resources=[*dynamic()["deployment"]["resources"], {
                "urn": "x", "type": "y", "parent": dynamic()["deployment"]["resources"][1]["urn"]}]),
            "bridge",
            "as their parent; give them another parent first",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_handed_over(reason: str, export: Any, target: Any, part: str) -> None:
    with pytest.raises(MfaError) as told:
        convert(export, target)
    assert part in str(told.value), reason
