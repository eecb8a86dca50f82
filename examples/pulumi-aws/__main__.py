"""A user, a virtual MFA device, and who holds it.

pulumi-aws makes the user and the device; the association says that the one may hold the other. It depends on both, so
on the way out it goes first: the device is deactivated before it is deleted, and IAM never answers DeleteConflict.
The association is recorded as not active until the user registers the device; `pulumi refresh` then adopts it.
"""

import pulumi
import pulumi_aws as aws

from mfa_association.pulumi import MfaDeviceAssociation

user = aws.iam.User("deployer", name="deployer")
device = aws.iam.VirtualMfaDevice("deployer-token", virtual_mfa_device_name="deployer-token")

association = MfaDeviceAssociation(
    "mfa/deployer-token",
    user_name=user.name,
    serial_number=device.arn,
)

pulumi.export("active", association.active)
