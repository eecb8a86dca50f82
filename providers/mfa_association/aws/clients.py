"""Settings to sessions and clients, along a chain of roles and into a member account's root session.

Nothing of boto3 is loaded before one of these functions is called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mfa_association.aws.answers import making_a_client, translate_errors
from mfa_association.aws.settings import RootTask, Settings
from mfa_association.errors import MfaError

ROOT_MARGINS = (120, 60)
"""Seconds before its end at which a root session is renewed: botocore's own would renew one of 900 s at every call."""


class NoRootUser(MfaError):
    """You set `root_account_id` for an account in China."""

    def __init__(self, account_id: str) -> None:
        super().__init__(
            f"opening a root session in account ({account_id}): accounts in China have no root user; "
            "nothing was changed, declare a user_name instead of root_account_id"
        )


def identity(settings: Settings) -> Any:
    """A botocore session as the last of the settings' roles, or as root of their account. Nothing is called yet."""
    session = _assume(boto_session(settings), settings)
    return _assume_root(session, settings, settings.root) if settings.root else session


def boto_session(settings: Settings) -> Any:
    """A botocore session with the credentials that the settings begin with; roles are not assumed yet."""
    from mfa_association.aws.boto import ConfiguredSession

    return ConfiguredSession(settings)


def make_client(session: Any, service: str, attempts: int | None) -> Any:
    """A client that makes at most ``attempts`` attempts at a call; None: as many as a read may."""
    from mfa_association.aws import boto

    return boto.make_client(session, service, attempts)


def sign_in(settings: Settings) -> None:
    """Ask now for the MFA code that the profile may ask for, while nothing else is on the screen. Raises ``AwsError``."""
    action = "signing in with the profile of the AWS configuration"
    with making_a_client(action), translate_errors(action, "AssumeRole"):
        credentials = boto_session(settings).get_credentials()
        if credentials and credentials.method == "assume-role":
            credentials.get_frozen_credentials()


def _assume(session: Any, settings: Settings) -> Any:
    """Follow the chain of roles; each link refreshes itself before it expires."""
    from mfa_association.aws.boto import role_credentials

    for role in settings.roles:
        session = _session_with(settings, functools.partial(role_credentials, session, role))
    return session


def _assume_root(session: Any, settings: Settings, task: RootTask) -> Any:
    """AssumeRoot, on the regional endpoint; the session renews itself before its 900 seconds are over."""
    from mfa_association.aws.boto import self_renewing

    sts = make_client(session, "sts", settings.read_attempts)
    partition = session.get_partition_for_region(sts.meta.region_name)
    if partition == "aws-cn":
        raise NoRootUser(task.account_id)

    def fetch() -> dict[str, str]:
        with translate_errors(f"opening a root session in account ({task.account_id})", "AssumeRoot"):
            given = sts.assume_root(
                TargetPrincipal=task.account_id,
                TaskPolicyArn={"arn": f"arn:{partition}:iam::aws:policy/root-task/{task.policy}"},
                DurationSeconds=900,
            )["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    return _session_with(settings, lambda: self_renewing(fetch, "assume-root", *ROOT_MARGINS))


def _session_with(settings: Settings, load: Callable[[], Any]) -> Any:
    """A session of these settings with other credentials than they begin with."""
    session = boto_session(replace(settings, access_key=None, secret_key=None, token=None))
    session.become(load)
    return session
