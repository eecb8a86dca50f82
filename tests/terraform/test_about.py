"""What the provider says of itself, and what it does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.engine import changes
from mfa_association.fields import CODES
from mfa_association.pulumi import MfaDeviceAssociation
from mfa_association.terraform import association, protocol
from mfa_association.terraform.server import Server, Unimplemented
from tests.terraform.calls import Caller

UNANSWERED = {
    "MoveResourceState",
    "GenerateResourceConfig",
    "ValidateEphemeralResourceConfig",
    "OpenEphemeralResource",
    "RenewEphemeralResource",
    "CloseEphemeralResource",
    "ValidateActionConfig",
    "PlanAction",
    "InvokeAction",
    "ValidateStateStoreConfig",
    "ConfigureStateStore",
    "ReadStateBytes",
    "WriteStateBytes",
    "LockState",
    "UnlockState",
    "GetStates",
    "DeleteState",
}


@pytest.fixture(scope="module")
def schema() -> Any:
    return Caller().call("GetProviderSchema").message


def test_the_schema_has_the_names_that_pulumi_has(schema: Any) -> None:
    block = schema.resource_schemas["mfa_device_association"].block
    shown = {association.WRITE_ONLY.get(one.name, one.name) for one in block.attributes}
    outputs = set(MfaDeviceAssociation.__annotations__)
    assert shown == outputs | {"id", *CODES, "seed"}
    assert set(changes.COMPARED) < shown


def test_secrets_and_only_they_are_write_only_and_sensitive(schema: Any) -> None:
    block = schema.resource_schemas["mfa_device_association"].block
    secret = {"authentication_code_1_wo", "authentication_code_2_wo", "seed_wo"}
    assert {one.name for one in block.attributes if one.write_only} == secret
    assert {one.name for one in block.attributes if one.sensitive} == secret


def test_the_provider_block_takes_no_access_keys(schema: Any) -> None:
    block = schema.provider.block
    names = {one.name for one in block.attributes} | {one.type_name for one in block.block_types}
    assert {"region", "profile", "endpoints", "assume_role", "max_removals", "allowed_account_ids"} < names
    assert not {name for name in names if "key" in name or "token" in name or "secret" in name}


def test_every_attribute_is_described_and_typed(schema: Any) -> None:
    schemas = [schema.provider, *schema.resource_schemas.values(), *schema.data_source_schemas.values()]
    schemas += schema.list_resource_schemas.values()
    for one in schemas:
        for attribute in one.block.attributes:
            assert attribute.description.strip(), attribute.name
            json.loads(attribute.type)
            assert attribute.required + attribute.optional + attribute.computed >= 1


def test_the_guards_are_asked_at_plan_time(schema: Any) -> None:
    assert schema.server_capabilities.plan_destroy
    assert schema.server_capabilities.get_provider_schema_optional
    assert not schema.server_capabilities.move_resource_state


def test_the_metadata_and_the_functions_are_those_of_the_schema(schema: Any) -> None:
    metadata, functions = Caller().call("GetMetadata").message, Caller().call("GetFunctions").message
    assert {one.type_name for one in metadata.resources} == set(schema.resource_schemas)
    assert {one.type_name for one in metadata.data_sources} == set(schema.data_source_schemas)
    assert {one.type_name for one in metadata.list_resources} == set(schema.list_resource_schemas)
    assert set(schema.list_resource_schemas) <= set(schema.resource_schemas), "what is listed can be imported"
    assert {one.name for one in metadata.functions} == set(schema.functions) == set(functions.functions) == {"roster"}


def test_the_identity_is_what_no_update_changes() -> None:
    schemas = Caller().call("GetResourceIdentitySchemas").message.identity_schemas
    found = {one.name: one.required_for_import for one in schemas["mfa_device_association"].identity_attributes}
    assert found == {"account_id": False, "serial_number": True}


@pytest.mark.parametrize("name", [one.name for one in protocol.service().methods])
def test_what_is_not_answered_is_known(name: str) -> None:
    if name in UNANSWERED:
        with pytest.raises(Unimplemented):
            Server().call(name, b"")
    else:
        kind = protocol.method(name)
        answered = Server().call(name, kind.request().SerializeToString())
        assert isinstance(answered, list if kind.is_stream else bytes)
