"""Who holds which MFA device, as infrastructure code.

Importing this package alone loads neither Pulumi, gRPC nor boto3: engines start it many times.
"""

__version__ = "0.1.0"
