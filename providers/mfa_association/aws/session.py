"""Settings to AWS clients: one pair per process and account, and whose credentials they are.

Writes make one attempt: what a repeated write would mean is for the lifecycle to decide. Reads use botocore's retries.
Nothing of boto3 is loaded before the first client is made.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from mfa_association.aws.answers import making_a_client, translate_errors
from mfa_association.aws.settings import RootTask, Settings
from mfa_association.errors import MfaError, Setting
from mfa_association.validation import same

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient


ROOT_MARGINS = (120, 60)
"""Seconds before its end at which a root session is renewed: botocore's own would renew one of 900 s at every call."""


class NoRootUser(MfaError):
    """You set `root_account_id` for an account in China."""

    def __init__(self, account_id: str) -> None:
        super().__init__(
            f"opening a root session in account ({account_id}): accounts in China have no root user; "
            "nothing was changed, declare a user_name instead of root_account_id"
        )


class AccountRefused(MfaError):
    """The credentials belong to an account that the settings or the device rule out."""


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
        self._clients: dict[tuple[str, int | None], Any] = {}
        self._caller: Caller | None = None
        self._ahead = timedelta()

    @property
    def reader(self) -> IAMClient:
        """An IAM client that retries as botocore does."""
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
                with translate_errors("finding out whose AWS credentials are in use", "GetCallerIdentity"):
                    answer = self._client("sts", self._settings.read_attempts).get_caller_identity()
                    credentials = self._boto.get_credentials()
                is_long_term = credentials is not None and credentials.token is None
                self._caller = Caller(answer["Account"], answer["Arn"], is_long_term)
        self._refuse(self._caller.account_id)
        return self._caller

    def _refuse(self, account_id: str) -> None:
        allowed, forbidden = self._settings.allowed_account_ids, self._settings.forbidden_account_ids
        if (allowed and account_id not in allowed) or account_id in forbidden:
            rule = f"allows {', '.join(allowed)}" if allowed else f"forbids {', '.join(forbidden)}"
            setting = Setting("allowed_account_ids" if allowed else "forbidden_account_ids")
            raise AccountRefused(
                f"using the credentials of AWS account {account_id}: the configuration {rule}; nothing was changed, "
                "correct the credentials or ",
                setting,
            )

    def _note_date(self, http_response: Any, **_: Any) -> None:
        with suppress(TypeError, ValueError):
            self._ahead = parsedate_to_datetime(http_response.headers.get("Date")) - datetime.now(timezone.utc)

    def _client(self, service: str, attempts: int | None) -> Any:
        key = (service, attempts)
        with self._lock:
            if key not in self._clients:
                with making_a_client(f"connecting to AWS {service.upper()}"):
                    from mfa_association.aws import boto

                    self._boto = self._boto or _session_as_last_role(self._settings)
                    client = boto.make_client(self._boto, service, attempts)
                    client.meta.events.register("after-call", self._note_date)
                    self._clients[key] = client
            return self._clients[key]


@functools.lru_cache(maxsize=64)
def open_session(settings: Settings) -> Session:
    """The one session of these settings in this process; nothing is called before it is used."""
    return Session(settings)


def sign_in(settings: Settings) -> None:
    """Ask now for the MFA code that the profile may ask for, while nothing else is on the screen. Raises ``AwsError``."""
    action = "signing in with the profile of the AWS configuration"
    with making_a_client(action), translate_errors(action, "AssumeRole"):
        from mfa_association.aws import boto

        credentials = boto.ConfiguredSession(settings).get_credentials()
        if credentials and credentials.method == "assume-role":
            credentials.get_frozen_credentials()


def _session_as_last_role(settings: Settings) -> Any:
    """A botocore session as the last of the settings' roles, or as root of their account. Nothing is called yet.

    Each link of the chain of roles refreshes itself before it expires.
    """
    from mfa_association.aws import boto

    session = boto.ConfiguredSession(settings)
    for role in settings.roles:
        session = _session_with(settings, functools.partial(boto.role_credentials, session, role))
    return _session_as_root(session, settings, settings.root) if settings.root else session


def _session_as_root(session: Any, settings: Settings, task: RootTask) -> Any:
    """AssumeRoot, on the regional endpoint; the session renews itself before its 900 seconds are over."""
    from mfa_association.aws import boto

    sts = boto.make_client(session, "sts", settings.read_attempts)
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

    return _session_with(settings, lambda: boto.self_renewing(fetch, "assume-root", *ROOT_MARGINS))


def _session_with(settings: Settings, load: Callable[[], Any]) -> Any:
    """A session of these settings with other credentials than they begin with."""
    from mfa_association.aws import boto

    session = boto.ConfiguredSession(replace(settings, access_key=None, secret_key=None, token=None))
    session.become(load)
    return session
