"""Who may hold which MFA device in one account: the stack says which account, and which roster is its own."""

import pulumi

from mfa_association.pulumi import declare

devices = declare(pulumi.Config("organization").require("roster"))
pulumi.export("devices", len(devices))
