"""What GitHub's answers mean: which pass and after how long, and one sentence for those that do not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from github import BadAttributeException, GithubException, RateLimitExceededException
from requests import RequestException

from mfa_association.errors import MfaError
from mfa_association.forges.forge import NotAllowed
from mfa_association.forges.retries import LONGEST_WAIT
from mfa_association.text import on_one_line

_SHOWN = 200
_MEANINGS = {
    401: "the token is not valid any more or never was; give the step GH_TOKEN: ${{ github.token }}",
    403: "the token may not do this; give the job the permission pull-requests: write",
    404: "no such pull request, or not for this token; check --repository and --pull-request, and the job's permissions",
    410: "the repository has no comments; nothing can be posted there",
    422: "GitHub does not take the text; post it by hand from the step summary",
}
_BROKEN = "what answered is not GitHub's API; check --api-url and the proxy"


class NotGitHub(Exception):
    """What answered is something else."""


# ValueError: what `json` says of broken JSON, and of a number with more digits than Python reads.
KINDS: Final[tuple[type[Exception], ...]] = (
    GithubException,
    BadAttributeException,
    RequestException,
    ValueError,
    NotGitHub,
)


def seconds_until_retry(fault: Exception) -> float | None:
    """See ``Faults``."""
    if isinstance(fault, GithubException):
        return _limit(fault) if is_rate_limit(fault) else 0.0 if fault.status >= 500 else None
    return 0.0 if isinstance(fault, RequestException) and not isinstance(fault, ValueError) else None


def is_rate_limit(fault: GithubException) -> bool:
    """Whether the answer is a rate limit: by GitHub's headers, or its text where a secondary limit has none."""
    headers = _headers(fault)
    limited = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return fault.status == 429 or isinstance(fault, RateLimitExceededException) or (fault.status == 403 and limited)


def _limit(fault: GithubException) -> float:
    """Seconds that GitHub asks to wait; a minute where it does not say, as its documentation asks for."""
    headers = _headers(fault)
    if headers.get("retry-after", "").isdecimal():
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdecimal():
        return max(0.0, float(headers["x-ratelimit-reset"]) + 1 - time.time())
    return LONGEST_WAIT


def _headers(fault: GithubException) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in (fault.headers or {}).items()}


def sentence(what: str, fault: Exception, wait: float | None) -> MfaError:
    """What to tell of a fault that stays. Of a failed connection only its kind: its text may hold headers."""
    if not isinstance(fault, GithubException):
        away = isinstance(fault, RequestException) and not isinstance(fault, ValueError)
        return MfaError(f"{what}: {f'GitHub cannot be reached ({type(fault).__name__})' if away else _BROKEN}")
    answer = f"{fault.status}{_said(fault)}"
    if wait is not None and fault.status < 500:
        return MfaError(f"{what}: GitHub's rate limit is used up ({answer}); run this again in {wait:.0f} s")
    meaning = _MEANINGS.get(fault.status, "run this again, or look at githubstatus.com")
    kind = NotAllowed if fault.status == 403 else MfaError
    return kind(f"{what}: GitHub answered {answer}; {meaning}")


def _said(fault: GithubException) -> str:
    message = fault.data.get("message") if isinstance(fault.data, dict) else None
    return f": {on_one_line(message)[:_SHOWN]}" if isinstance(message, str) and message else ""
