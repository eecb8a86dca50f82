"""Settings to botocore's sessions and clients, along a chain of roles and into a member account's root session."""

from __future__ import annotations

import contextlib
import functools
import json
from datetime import datetime
from typing import Any

from mfa_association import __version__
from mfa_association.aws.answers import meaning
from mfa_association.aws.settings import MOST_AT_ONCE, RootTask, Settings
from mfa_association.errors import MfaError

USER_AGENT = f"mfa-association/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
ROOT_MARGINS = (120, 60)
"""Seconds before its end at which a root session is renewed: botocore's own would renew one of 900 s at every call."""


class NoRootUser(MfaError):
    """The partition of the settings knows no root users."""

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
    import botocore.session

    session: Any = botocore.session.Session(profile=settings.profile)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    session.set_config_variable("sts_regional_endpoints", "regional")
    for variable, value in settings.files:
        session.set_config_variable(variable, value)
    if settings.access_key and settings.secret_key:
        session.set_credentials(settings.access_key, settings.secret_key, settings.token)
    return session


def make_client(session: Any, settings: Settings, service: str, attempts: int) -> Any:
    """A client that makes at most ``attempts`` attempts at a call."""
    from botocore.config import Config

    config = Config(
        user_agent_extra=USER_AGENT,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=MOST_AT_ONCE,
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        proxies={"http": settings.proxy, "https": settings.proxy} if settings.proxy else None,
        use_fips_endpoint=settings.use_fips or None,
        use_dualstack_endpoint=settings.use_dualstack or None,
    )
    endpoint = dict(settings.endpoints).get(service)
    region = settings.region or session.get_config_variable("region") or "us-east-1"
    return session.create_client(service, region, config=config, endpoint_url=endpoint, verify=settings.verify)


def _moment(text: Any) -> datetime:
    """A timestamp of AWS's. botocore's own parser takes any, and half of the time that a page of devices takes."""
    from botocore.utils import parse_timestamp

    if isinstance(text, str) and text.endswith("Z"):
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(f"{text[:-1]}+00:00")
    found: datetime = parse_timestamp(text)
    return found


def _assume(session: Any, settings: Settings) -> Any:
    """Follow the chain of roles; each link refreshes itself before it expires."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    if settings.roles and session.get_credentials() is None:
        raise NoCredentialsError
    for role in settings.roles:
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=functools.partial(_sts_as, settings),
            source_credentials=session.get_credentials(),
            role_arn=role.arn,
            extra_args={"RoleSessionName": role.session_name, **json.loads(role.options)},
        )
        session = boto_session(settings)
        session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return session


def _assume_root(session: Any, settings: Settings, task: RootTask) -> Any:
    """AssumeRoot, on the regional endpoint; the session renews itself before its 900 seconds are over."""
    from botocore.credentials import DeferredRefreshableCredentials

    sts = make_client(session, settings, "sts", settings.read_attempts)
    partition = session.get_partition_for_region(sts.meta.region_name)
    if partition == "aws-cn":
        raise NoRootUser(task.account_id)

    def fetch() -> dict[str, str]:
        with meaning(f"opening a root session in account ({task.account_id})", "AssumeRoot"):
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

    rooted = boto_session(settings)
    credentials: Any = DeferredRefreshableCredentials(fetch, "assume-root")
    credentials._advisory_refresh_timeout, credentials._mandatory_refresh_timeout = ROOT_MARGINS
    rooted._credentials = credentials
    return rooted


def _sts_as(settings: Settings, service: str, **credentials: Any) -> Any:
    session = boto_session(settings)
    keys = (credentials.get(f"aws_{name}") for name in ("access_key_id", "secret_access_key", "session_token"))
    session.set_credentials(*keys)
    return make_client(session, settings, service, settings.read_attempts)
