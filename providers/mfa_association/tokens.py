"""What each engine calls our resource and our provider. States and programs hold these names: they are wire formats."""

from __future__ import annotations

from typing import Final

PULUMI_MODULE: Final = "iam"
PULUMI_NAME: Final = "MfaDeviceAssociation"
PULUMI_TYPE: Final = f"pulumi-python:dynamic/{PULUMI_MODULE}:{PULUMI_NAME}"
PULUMI_ANY_TYPE: Final = "pulumi-python:dynamic:Resource"
"""Of a dynamic resource that has no type of its own, as subclasses of ours had once."""
BRIDGED_TYPE: Final = "mfa:index/deviceAssociation:DeviceAssociation"
"""Of the Terraform provider, which Pulumi's bridge serves to every language; its inputs are in camelCase."""
BRIDGE_PLUGIN: Final = ("terraform-provider", "1.2.0")
"""The plugin of Pulumi that serves any Terraform provider; an `up` with another version updates the record of it."""
TERRAFORM_TYPE: Final = "mfa_device_association"
TERRAFORM_PROVIDER: Final = "mfa-association/mfa"
"""Namespace and name, on whatever registry or mirror."""
