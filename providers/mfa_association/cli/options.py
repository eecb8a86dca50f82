"""The options that every command which speaks to AWS has: whose credentials, which region, which role."""

from __future__ import annotations

import argparse

from mfa_association.aws.session import Role, Settings
from mfa_association.grammar import check_role_arn


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the options of a connection; ``connection`` reads them."""
    group = parser.add_argument_group("connection", "Unset: as the usual AWS environment says, AWS_ENDPOINT_URL too.")
    group.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="NAME", help="AWS region")
    group.add_argument("--role-arn", metavar="ARN", help="role to assume first")


def connection(options: argparse.Namespace, account_id: str | None = None) -> Settings:
    """The settings of these options; with ``account_id`` for that account and no other.

    ``{account}`` in the role's ARN stands for the account. Raises ``Fault``.
    """
    arn = options.role_arn and str(options.role_arn).replace("{account}", account_id or "{account}")
    return Settings(
        region=options.region,
        profile=options.profile,
        roles=(Role(check_role_arn(arn, "--role-arn")),) if arn else (),
        allowed_account_ids=(account_id,) if account_id else (),
    )
