"""The options that every command which speaks to AWS has: whose credentials, which region, which role."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mfa_association.aws import clients
from mfa_association.aws.settings import Role, Settings
from mfa_association.cli.codes import ask_mfa_code
from mfa_association.errors import MfaError
from mfa_association.validation import InvalidValue, check_account_id, check_role_arn


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the options of a connection; ``connection`` reads them."""
    group = parser.add_argument_group("connection", "Unset: as the usual AWS environment says, AWS_ENDPOINT_URL too.")
    group.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="NAME", help="AWS region")
    group.add_argument("--role-arn", metavar="ARN", help="role to assume first")


def connection(options: argparse.Namespace, account_id: str | None = None) -> Settings:
    """The settings of these options; with ``account_id`` for that account and no other.

    ``{account}`` in the role's ARN stands for the account. Raises ``InvalidValue``.
    """
    arn = options.role_arn and str(options.role_arn).replace("{account}", account_id or "{account}")
    return Settings(
        region=options.region,
        profile=options.profile,
        roles=(Role(check_role_arn(arn, "--role-arn")),) if arn else (),
        allowed_account_ids=(account_id,) if account_id else (),
        ask_mfa_code=ask_mfa_code if sys.stdin.isatty() and sys.stderr.isatty() else None,
    )


def sign_in(options: argparse.Namespace) -> None:
    """Ask for the MFA code that the profile may ask for, where there is a terminal: before any progress is shown.

    Raises ``MfaError``.
    """
    without_role = argparse.Namespace(**{**vars(options), "role_arn": None})
    settings = connection(without_role)  # one role for each of many accounts needs the profile's code once
    if settings.ask_mfa_code:
        clients.sign_in(settings)


def account_list(path: str) -> tuple[str, ...]:
    """The account ids in a file, between any spaces or line breaks; ``#`` begins a comment. Raises ``MfaError``."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise MfaError(f"reading accounts ({path}): {fault.strerror}; nothing was written, correct the path") from None
    except UnicodeDecodeError:
        raise MfaError(f"reading accounts ({path}): the text is not UTF-8; nothing was written, correct it") from None
    words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
    try:
        found = tuple(dict.fromkeys(check_account_id(word, "account") for word in words))
    except InvalidValue as fault:
        raise MfaError(f"reading accounts ({path}): {fault}; nothing was written, correct the file") from None
    if not found:
        raise MfaError(f"reading accounts ({path}): it names no account; nothing was written, correct the file")
    return found
