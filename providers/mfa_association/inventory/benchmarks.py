"""Which controls of the usual benchmarks somebody without an MFA device breaks. One table, with its sources.

CIS AWS Foundations Benchmark: the recommendations as Prowler carries them (`prowler/compliance/aws/cis_*_aws.json`) and
as Cloudaware lists them (`frameworks/cis-aws-v7.0.0`, 2.5 and 2.6). Security Hub: the IAM controls of its user guide
(`securityhub/latest/userguide/iam-controls.html`).
"""

from __future__ import annotations

from typing import Final

_CIS: Final = "CIS AWS Foundations Benchmark"

WITH_PASSWORD: Final = (
    f"{_CIS} v1.4.0 to v4.0.1: 1.10",
    "v5.0.0: 1.9",
    "v6.0.0: 2.9",
    "v7.0.0: 2.10",
    "AWS Security Hub: IAM.5 and IAM.19",
)
"""A user with a console password and no MFA device."""
WITHOUT_PASSWORD: Final = ("AWS Security Hub: IAM.19",)
"""A user without either: only IAM.19 asks for MFA of every user."""
ROOT: Final = (
    f"{_CIS} v1.4.0 to v4.0.1: 1.5 and 1.6",
    "v5.0.0: 1.4 and 1.5",
    "v6.0.0: 2.4 and 2.5",
    "v7.0.0: 2.5 and 2.6",
    "AWS Security Hub: IAM.6 and IAM.9",
)
"""The root user without an MFA device, or without a hardware one. Where root credentials are managed centrally (v7.0.0:
2.1.1), member accounts need neither."""
