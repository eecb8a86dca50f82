"""What the provider is: its schemas and functions."""

from __future__ import annotations

from typing import Any

from mfa_association.terraform import association, data_sources, roster
from mfa_association.terraform.answers.call import Answers, Call
from mfa_association.terraform.block import SCHEMA as PROVIDER_SCHEMA
from mfa_association.terraform.schema import cty
from mfa_association.tokens import TERRAFORM_TYPE


def _metadata(call: Call) -> None:
    _set_capabilities(call.response)
    call.response.resources.add(type_name=TERRAFORM_TYPE)
    for name in data_sources.SCHEMAS:
        call.response.data_sources.add(type_name=name)
    call.response.list_resources.add(type_name=TERRAFORM_TYPE)
    call.response.functions.add(name=roster.NAME)


def _schema(call: Call) -> None:
    _set_capabilities(call.response)
    call.response.provider.CopyFrom(PROVIDER_SCHEMA.to_proto())
    call.response.resource_schemas[TERRAFORM_TYPE].CopyFrom(association.SCHEMA.to_proto())
    for name, schema in data_sources.SCHEMAS.items():
        call.response.data_source_schemas[name].CopyFrom(schema.to_proto())
    call.response.list_resource_schemas[TERRAFORM_TYPE].CopyFrom(data_sources.LIST.to_proto())
    _functions(call)


def _identity_schemas(call: Call) -> None:
    made = call.response.identity_schemas[TERRAFORM_TYPE]
    for name in association.IDENTITY:
        needed = name == "serial_number"
        made.identity_attributes.add(
            name=name, type=cty("string"), required_for_import=needed, optional_for_import=not needed
        )


def _functions(call: Call) -> None:
    call.response.functions[roster.NAME].CopyFrom(roster.definition())


def _stop(call: Call) -> None:
    """Advice only: what is under way ends well, and only go-plugin's Shutdown ends the process."""


def _set_capabilities(response: Any) -> None:
    """``plan_destroy``: the guards speak at plan time. The schema is asked for once a command only."""
    response.server_capabilities.plan_destroy = True
    response.server_capabilities.get_provider_schema_optional = True


ANSWERS: Answers = {
    "GetMetadata": _metadata,
    "GetProviderSchema": _schema,
    "GetResourceIdentitySchemas": _identity_schemas,
    "GetFunctions": _functions,
    "StopProvider": _stop,
}
