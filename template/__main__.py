"""Who may hold which MFA device: one association for each line of roster.yaml."""

import pulumi

from mfa_association.pulumi import declare

devices = declare("roster.yaml")
pulumi.export("devices", len(devices))
