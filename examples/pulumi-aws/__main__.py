"""A user, a virtual MFA device, and who holds it, in one run: for service and test users.

pulumi-aws makes the user and the device; the association says that the one holds the other, and enables it with codes
from the device's seed. It depends on both, so on the way out it goes first: the device is deactivated before it is
deleted, and IAM never answers DeleteConflict. pulumi-aws keeps the seed in state as plain text unless it is declared
secret, as here. People enrol their own devices: leave `seed` out, and `pulumi refresh` adopts what they registered.
"""

import pulumi
import pulumi_aws as aws

from mfa_association.pulumi import MfaDeviceAssociation

user = aws.iam.User("deployer", name="deployer")
device = aws.iam.VirtualMfaDevice(
    "deployer-token",
    virtual_mfa_device_name="deployer-token",
    opts=pulumi.ResourceOptions(additional_secret_outputs=["base32StringSeed", "qrCodePng"]),
)

association = MfaDeviceAssociation(
    "mfa/deployer-token",
    user_name=user.name,
    serial_number=device.arn,
    seed=device.base32_string_seed,
)

pulumi.export("active", association.active)
