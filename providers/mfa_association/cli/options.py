"""Options that commands have in common: whose credentials, which region, which role, which roster."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from mfa_association.aws import session
from mfa_association.aws.settings import Role, Settings
from mfa_association.cli.accounts import ACCOUNT
from mfa_association.cli.codes import ask_mfa_code
from mfa_association.errors import MfaError
from mfa_association.inventory.on_disk import RosterOnDisk
from mfa_association.validation import InvalidValue, check_account_id, check_role_arn, check_user_name

ROSTER = "roster.yaml"
_SPELLED = {
    "profile": "--profile",
    "region": "--region",
    "endpoints": "AWS_ENDPOINT_URL",
    "allowed_account_ids": "--accounts",
}


def spelled(key: str) -> str:
    """A setting as it is given on the command line, else in the environment."""
    return _SPELLED.get(key, key)


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the options of a connection; ``connection`` reads them."""
    group = parser.add_argument_group(
        "connection", "Where an option is left out, the usual AWS environment counts, AWS_ENDPOINT_URL too."
    )
    group.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration")
    group.add_argument("--region", metavar="NAME", help="AWS region")
    group.add_argument("--role-arn", metavar="ARN", help="role to assume first")


def connection(options: argparse.Namespace, account_id: str | None = None) -> Settings:
    """The settings of these options; with ``account_id`` for that account and no other.

    ``ACCOUNT`` in the role's ARN stands for the account. Raises ``InvalidValue``.
    """
    arn = options.role_arn and str(options.role_arn).replace(ACCOUNT, account_id or ACCOUNT)
    return Settings(
        region=options.region,
        profile=options.profile,
        roles=(Role(check_role_arn(arn, "--role-arn")),) if arn else (),
        allowed_account_ids=(account_id,) if account_id else (),
        ask_mfa_code=ask_mfa_code if _is_anybody_there() else None,
    )


def _is_anybody_there() -> bool:
    """Whether somebody can be asked. ``sys.stderr`` does not tell: below a progress bar rich has one of its own there."""
    return sys.stdin.isatty() and os.isatty(2)


def sign_in(options: argparse.Namespace) -> None:
    """Ask for the MFA code that the profile may ask for, where there is a terminal: before any progress is shown.

    Raises ``MfaError``.
    """
    without_role = argparse.Namespace(**{**vars(options), "role_arn": None})
    settings = connection(without_role)  # one role for each of many accounts needs the profile's code once
    if settings.ask_mfa_code:
        session.sign_in(settings)


def account_list(path: str) -> tuple[str, ...]:
    """The account ids in a file, between any spaces or line breaks; ``#`` begins a comment. Raises ``MfaError``."""
    return _listed(path, "account", check_account_id)


def user_list(path: str) -> tuple[str, ...]:
    """The names of IAM users in a file, as ``account_list`` reads account ids. Raises ``MfaError``."""
    return _listed(path, "user", check_user_name)


def _listed(path: str, what: str, check: Callable[[object, str], str]) -> tuple[str, ...]:
    """The words of a file that names accounts or users. Raises ``MfaError``."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise MfaError(f"reading {what}s ({path}): {fault.strerror}; nothing was written, correct the path") from None
    except UnicodeDecodeError:
        raise MfaError(f"reading {what}s ({path}): the text is not UTF-8; nothing was written, correct it") from None
    words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
    try:
        found = tuple(dict.fromkeys(check(word, what) for word in words))
    except InvalidValue as fault:
        raise MfaError(f"reading {what}s ({path}): {fault}; nothing was written, correct the file") from None
    if not found:
        raise MfaError(f"reading {what}s ({path}): it names no {what}; nothing was written, correct the file")
    return found


def add_roster(parser: argparse.ArgumentParser) -> None:
    """Add the options; ``declared`` reads them."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--roster", metavar="FILE", help=f"the roster (default: {ROSTER})")
    group.add_argument("--no-roster", action="store_true", help="leave the roster alone")


def declared(options: argparse.Namespace) -> RosterOnDisk | None:
    """The roster to change, if one is to be changed."""
    return None if options.no_roster else RosterOnDisk(options.roster or ROSTER)


def declared_if_there(options: argparse.Namespace) -> RosterOnDisk | None:
    """As ``declared``, but a missing roster that nobody named stops nothing."""
    if options.roster is None and not options.no_roster and not Path(ROSTER).exists():
        print(f"There is no {ROSTER} here: only AWS is changed.", file=sys.stderr)
        return None
    return declared(options)
