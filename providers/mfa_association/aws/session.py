"""Settings to AWS clients: one pair per process and account, and whose credentials they are.

Writes make one attempt: what a repeated write would mean is for the lifecycle to decide. Reads use botocore's retries.
"""

from __future__ import annotations

import functools
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from mfa_association.aws.answers import making_a_client, translate_errors
from mfa_association.aws.clients import identity, make_client
from mfa_association.aws.settings import Settings
from mfa_association.errors import MfaError
from mfa_association.validation import same

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient


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
                self._caller = self._ask()
        self._refuse(self._caller.account_id)
        return self._caller

    def _ask(self) -> Caller:
        with translate_errors("finding out whose AWS credentials are in use", "GetCallerIdentity"):
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
            self._boto = identity(self._settings)
        return self._boto

    def _client(self, service: str, attempts: int | None) -> Any:
        key = (service, attempts)
        with self._lock:
            if key not in self._clients:
                with making_a_client(f"connecting to AWS {service.upper()}"):
                    client = make_client(self._session(), service, attempts)
                    client.meta.events.register("after-call", self._note_date)
                    self._clients[key] = client
            return self._clients[key]


@functools.lru_cache(maxsize=64)
def open_session(settings: Settings) -> Session:
    """The one session of these settings in this process; nothing is called before it is used."""
    return Session(settings)
