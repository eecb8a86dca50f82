"""What GitLab's answers mean: which pass and after how long, and one sentence for those that do not."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Final

from gitlab.exceptions import GitlabError
from requests import RequestException

from mfa_association.errors import MfaError
from mfa_association.forges.forge import NotAllowed
from mfa_association.forges.retries import LONGEST_WAIT
from mfa_association.text import on_one_line

_SHOWN = 200
_BAD_TEXT = "GitLab does not take the text; post it by hand"
_MEANINGS = {
    400: _BAD_TEXT,
    401: "the token is not valid any more or never was; make another and put it into GITLAB_TOKEN",
    403: "the token may not do this; it needs the scope api and the role Reporter",
    404: "no such merge request, or not for this token; check --repository and --pull-request, and the token's role",
    422: _BAD_TEXT,
}
_BROKEN = "what answered is not GitLab's API; check --api-url and the proxy"


class NotGitLab(Exception):
    """What answered is something else."""


class RateLimited(Exception):
    """GitLab answered 429. The library would wait by itself, and longer than a job may take."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.headers = {name.lower(): value for name, value in headers.items()}


# ValueError: what `json` says of broken JSON, and of a number with more digits than Python reads.
KINDS: Final[tuple[type[Exception], ...]] = (GitlabError, RequestException, ValueError, NotGitLab, RateLimited)


def seconds_until_retry(fault: Exception) -> float | None:
    """See ``Faults``."""
    if isinstance(fault, RateLimited):
        return _limit(fault.headers)
    if isinstance(fault, GitlabError):
        return 0.0 if (fault.response_code or 0) >= 500 else None
    return 0.0 if isinstance(fault, RequestException) and not isinstance(fault, ValueError) else None


def _limit(headers: Mapping[str, str]) -> float:
    """Seconds that GitLab asks to wait; a minute, its usual period, where it does not say."""
    if headers.get("retry-after", "").isdecimal():
        return float(headers["retry-after"])
    if headers.get("ratelimit-reset", "").isdecimal():
        return max(0.0, float(headers["ratelimit-reset"]) + 1 - time.time())
    return LONGEST_WAIT


def sentence(what: str, fault: Exception, wait: float | None) -> MfaError:
    """What to tell of a fault that stays. Of a failed connection only its kind: its text may hold headers."""
    if wait is not None and isinstance(fault, RateLimited):
        return MfaError(f"{what}: GitLab's rate limit is used up; run this again in {wait:.0f} s")
    if not isinstance(fault, GitlabError) or fault.response_code is None or fault.response_code < 400:
        away = isinstance(fault, RequestException) and not isinstance(fault, ValueError)
        return MfaError(f"{what}: {f'GitLab cannot be reached ({type(fault).__name__})' if away else _BROKEN}")
    meaning = _MEANINGS.get(fault.response_code, "run this again, or look at the server's status page")
    kind = NotAllowed if fault.response_code == 403 else MfaError
    return kind(f"{what}: GitLab answered {fault.response_code}{_said(fault)}; {meaning}")


def _said(fault: GitlabError) -> str:
    """GitLab's own words, a page of a proxy left out. It begins some of them with the status."""
    message = fault.error_message
    text = message if isinstance(message, str) else json.dumps(message)
    words = on_one_line(text).removeprefix(f"{fault.response_code} ")[:_SHOWN]
    return f": {words}" if words and not words.startswith("<") else ""
