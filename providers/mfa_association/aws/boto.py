"""boto3 and botocore as this project sets them up. Importing this loads both: only the first AWS call does.

botocore makes clients of its own, to assume the role that a profile names for example. So that they too go through the
proxy, to the endpoint and with the certificates of the settings, everything is set on the session, not on a client.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3.session
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.loaders import create_loader
from botocore.utils import parse_timestamp

from mfa_association import __version__
from mfa_association.aws.settings import MOST_AT_ONCE, READ_ATTEMPTS, Role, Settings

USER_AGENT = f"mfa-association/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0


class CodeNotAsked(BotoCoreError):
    """A profile asks for an MFA code, and nobody is asked for it."""

    fmt = ""


class ConfiguredSession(botocore.session.Session):
    """A botocore session whose every client has the settings."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(profile=settings.profile)
        self.register_component("data_loader", _models(self.get_config_variable("data_path")))
        self.endpoints_given = dict(settings.endpoints)
        for variable, value in settings.files:
            self.set_config_variable(variable, value)
        self.set_config_variable("sts_regional_endpoints", "regional")
        self.set_config_variable("region", settings.region or _usual_region(self))
        if settings.verify is not None:
            self.set_config_variable("ca_bundle", settings.verify)
        mode = os.environ.get("AWS_RETRY_MODE") or self.get_scoped_config().get("retry_mode") or "standard"
        attempts = settings.read_attempts or self.get_config_variable("max_attempts") or READ_ATTEMPTS
        config = Config(
            user_agent_extra=USER_AGENT,
            retries={"mode": mode, "total_max_attempts": attempts},  # type: ignore[arg-type]  # mode is any text
            max_pool_connections=MOST_AT_ONCE,
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            proxies={"http": settings.proxy, "https": settings.proxy} if settings.proxy else None,
            use_fips_endpoint=settings.use_fips,
            use_dualstack_endpoint=settings.use_dualstack,
        )
        self.set_default_client_config(config)
        self.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
        if settings.access_key and settings.secret_key:
            self.set_credentials(settings.access_key, settings.secret_key, settings.token)
        else:
            _ask_with(self, settings.ask_mfa_code)

    def create_client(self, service_name: str, *args: Any, **options: Any) -> Any:
        """As botocore's, at the endpoint that the settings give for the service."""
        options["endpoint_url"] = options.get("endpoint_url") or self.endpoints_given.get(service_name)
        return super().create_client(service_name, *args, **options)

    def become(self, load: Callable[[], Any]) -> None:
        """Take the credentials that ``load`` returns; it is called before the first client is made."""
        self.register_component("credential_provider", _Given(load))


@functools.cache
def _models(data_path: str | None) -> Any:
    """What botocore knows of all services, read once for all sessions: it takes a third of a second."""
    return create_loader(data_path)


def _usual_region(session: Any) -> str:
    """AWS_REGION first: Terraform, pulumi-aws and the other SDKs read it, botocore does not."""
    return os.environ.get("AWS_REGION") or session.get_config_variable("region") or "us-east-1"


def _ask_with(session: Any, ask: Callable[[str], str] | None) -> None:
    """botocore would ask on /dev/tty, which hangs an engine for ever. One code serves for all sessions."""
    provider = session.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = ask or _ask_nobody
    if ask:
        provider.cache = _sessions_by(ask)


class _Given:
    """A credential provider that knows one way."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self.load_credentials = load


def make_client(session: Any, service: str, attempts: int | None) -> Any:
    """A client that makes at most ``attempts`` attempts at a call; None: as many as a read may."""
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts}) if attempts else None
    client: Any = boto3.session.Session(botocore_session=session).client
    return client(service, config=config)


def role_credentials(session: Any, role: Role) -> Any:
    """The credentials of a role that the session's own may assume; they refresh themselves before they expire."""
    source = session.get_credentials()
    if source is None:
        raise NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=session.create_client,
        source_credentials=source,
        role_arn=role.arn,
        extra_args={"RoleSessionName": role.session_name, **json.loads(role.options)},
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def self_renewing(fetch: Callable[[], dict[str, str]], method: str, early: int, latest: int) -> Any:
    """Credentials that are fetched now, again from ``early`` seconds before their end on, and ``latest`` by then."""
    return RefreshableCredentials.create_from_metadata(
        fetch(), fetch, method, advisory_timeout=early, mandatory_timeout=latest
    )


def _ask_nobody(prompt: str) -> str:
    raise CodeNotAsked


@functools.cache
def _sessions_by(ask: Callable[[str], str]) -> dict[str, Any]:
    """The role sessions that somebody gave a code for, in this process: AWS takes no code twice."""
    return {}


def _moment(text: Any) -> datetime:
    """A timestamp of AWS's. botocore's own parser takes any, and half of the time that a page of devices takes."""
    if isinstance(text, str) and text.endswith("Z"):
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(f"{text[:-1]}+00:00")
    moment: datetime = parse_timestamp(text)
    return moment
