"""Settings to AWS clients: one pair per process and account, and whose credentials they are.

Writes make one attempt: what a repeated write would mean is for the lifecycle to decide. Reads use botocore's standard
retries.
"""

from __future__ import annotations

import functools
import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from mfa_association import __version__
from mfa_association.aws.answers import making_a_client, meaning
from mfa_association.errors import MfaError
from mfa_association.grammar import same

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient

ROLE_SESSION_NAME = f"mfa-association-{__version__}"
USER_AGENT = f"mfa-association/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
READ_ATTEMPTS = 5
ROOT_MARGINS = (120, 60)
"""Seconds before its end at which a root session is renewed: botocore's own would renew one of 900 s at every call."""


class AccountRefused(MfaError):
    """The credentials belong to an account that the settings or the device rule out."""


class NoRootUser(MfaError):
    """The partition of the settings knows no root users."""

    def __init__(self, account_id: str) -> None:
        super().__init__(
            f"opening a root session in account ({account_id}): accounts in China have no root user; "
            "nothing was changed, declare a user_name instead of root_account_id"
        )


@dataclass(frozen=True)
class Role:
    """One link of an assume-role chain; ``options``: further AssumeRole parameters, as JSON."""

    arn: str
    session_name: str = ROLE_SESSION_NAME
    options: str = "{}"


@dataclass(frozen=True)
class RootTask:
    """A root session in a member account (AssumeRoot), for one of AWS's task policies by name."""

    account_id: str
    policy: str


@dataclass(frozen=True)
class Settings:
    """How to reach AWS and as whom. None means: as the usual AWS environment says."""

    region: str | None = None
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    endpoints: tuple[tuple[str, str], ...] = ()
    roles: tuple[Role, ...] = ()
    root: RootTask | None = None
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    verify: bool | str | None = None
    proxy: str | None = None
    use_fips: bool = False
    use_dualstack: bool = False
    read_attempts: int = READ_ATTEMPTS


@dataclass(frozen=True)
class Caller:
    """Whose credentials these are (GetCallerIdentity)."""

    account_id: str
    arn: str
    long_term: bool

    def is_user(self, user_name: str) -> bool:
        """Whether the caller is this IAM user with a long-term access key."""
        return self.long_term and ":user/" in self.arn and same(self.arn.rpartition("/")[2], user_name)


class Session:
    """The clients of one account, made when first needed. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._boto: Any = None
        self._clients: dict[tuple[str, int], Any] = {}
        self._caller: Caller | None = None
        self._ahead = timedelta()

    @property
    def reader(self) -> IAMClient:
        """An IAM client that retries as botocore's standard mode does."""
        client: IAMClient = self._client("iam", self._settings.read_attempts)
        return client

    @property
    def writer(self) -> IAMClient:
        """An IAM client that makes one attempt."""
        client: IAMClient = self._client("iam", 1)
        return client

    def client(self, service: str) -> Any:
        """A client of another service in the same account, for reads."""
        return self._client(service, self._settings.read_attempts)

    def now(self) -> datetime:
        """The time by AWS's clock: that of its last answer, carried on."""
        return datetime.now(timezone.utc) + self._ahead

    @property
    def caller(self) -> Caller:
        """Whose credentials these are; asked once. Raises ``AccountRefused`` or an ``AwsError``."""
        with self._lock:
            if self._caller is None:
                self._caller = self._ask()
        self._refuse(self._caller.account_id)
        return self._caller

    def _ask(self) -> Caller:
        with meaning("finding out whose AWS credentials are in use", "GetCallerIdentity"):
            answer = self._client("sts", self._settings.read_attempts).get_caller_identity()
            credentials = self._session().get_credentials()
        return Caller(answer["Account"], answer["Arn"], credentials is not None and credentials.token is None)

    def _refuse(self, account_id: str) -> None:
        allowed, forbidden = self._settings.allowed_account_ids, self._settings.forbidden_account_ids
        if (allowed and account_id not in allowed) or account_id in forbidden:
            rule = f"allows {', '.join(allowed)}" if allowed else f"forbids {', '.join(forbidden)}"
            told = f"using the credentials of AWS account {account_id}: the configuration {rule}; nothing was changed"
            raise AccountRefused(f"{told}; correct the credentials, aws:allowedAccountIds or aws:forbiddenAccountIds")

    def _note_date(self, http_response: Any, **_: Any) -> None:
        with suppress(TypeError, ValueError):
            self._ahead = parsedate_to_datetime(http_response.headers.get("Date")) - datetime.now(timezone.utc)

    def _session(self) -> Any:
        if self._boto is None:
            self._boto = _assume(_boto_session(self._settings), self._settings)
        return self._boto

    def _client(self, service: str, attempts: int) -> Any:
        key = (service, attempts)
        with self._lock:
            if key not in self._clients:
                with making_a_client(f"connecting to AWS {service.upper()}"):
                    client = _client(self._session(), self._settings, service, attempts)
                    client.meta.events.register("after-call", self._note_date)
                    self._clients[key] = client
            return self._clients[key]


@functools.lru_cache(maxsize=64)
def open_session(settings: Settings) -> Session:
    """The one session of these settings in this process; nothing is called before it is used."""
    return Session(settings)


def _boto_session(settings: Settings) -> Any:
    import botocore.session

    session: Any = botocore.session.Session(profile=settings.profile)
    session.set_config_variable("sts_regional_endpoints", "regional")
    for variable, value in settings.files:
        session.set_config_variable(variable, value)
    if settings.access_key and settings.secret_key:
        session.set_credentials(settings.access_key, settings.secret_key, settings.token)
    return session


def _client(session: Any, settings: Settings, service: str, attempts: int) -> Any:
    from botocore.config import Config

    config = Config(
        user_agent_extra=USER_AGENT,
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        proxies={"http": settings.proxy, "https": settings.proxy} if settings.proxy else None,
        use_fips_endpoint=settings.use_fips or None,
        use_dualstack_endpoint=settings.use_dualstack or None,
    )
    endpoint = dict(settings.endpoints).get(service)
    region = settings.region or session.get_config_variable("region") or "us-east-1"
    return session.create_client(service, region, config=config, endpoint_url=endpoint, verify=settings.verify)


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
        session = _boto_session(settings)
        session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return _assume_root(session, settings, settings.root) if settings.root else session


def _assume_root(session: Any, settings: Settings, task: RootTask) -> Any:
    """AssumeRoot, on the regional endpoint; the session renews itself before its 900 seconds are over."""
    from botocore.credentials import DeferredRefreshableCredentials

    sts = _client(session, settings, "sts", settings.read_attempts)
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

    rooted = _boto_session(settings)
    credentials: Any = DeferredRefreshableCredentials(fetch, "assume-root")
    credentials._advisory_refresh_timeout, credentials._mandatory_refresh_timeout = ROOT_MARGINS
    rooted._credentials = credentials
    return rooted


def _sts_as(settings: Settings, service: str, **credentials: Any) -> Any:
    session = _boto_session(settings)
    keys = (credentials.get(f"aws_{name}") for name in ("access_key_id", "secret_access_key", "session_token"))
    session.set_credentials(*keys)
    return _client(session, settings, service, settings.read_attempts)
