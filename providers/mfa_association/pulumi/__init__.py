"""The association as a Pulumi resource.

``declare("roster.yaml")`` turns a roster into resources; ``MfaDeviceAssociation`` is one of them.
"""

from mfa_association.pulumi.declare import declare
from mfa_association.pulumi.resource import MfaDeviceAssociation

__all__ = ["MfaDeviceAssociation", "declare"]
