"""What GitHub Actions tells a step: which repository, pull request and run it is, and whose token it has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_association.errors import MfaError
from mfa_association.forges import given as checked
from mfa_association.forges.marker import WorkflowRun
from mfa_association.text import show

PUBLIC_API = "https://api.github.com"

_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True)
class CommentTarget:
    """Where to comment. ``fork``: the pull request comes from another repository, whose runs may only read."""

    repository: str
    pull_request: int
    fork: bool = False

    def __str__(self) -> str:
        return f"pull request {self.pull_request} of {self.repository}"


def target(environment: Mapping[str, str], repository: str | None, pull_request: int | None) -> CommentTarget:
    """What is given, else what the workflow's environment and event say. Raises ``MfaError``."""
    repository = repository or environment.get("GITHUB_REPOSITORY") or ""
    if not _REPOSITORY.fullmatch(repository):
        raise MfaError(f"finding the repository ({show(repository)}): it is not OWNER/NAME; give --repository")
    event = _event(environment.get("GITHUB_EVENT_PATH") or "") if pull_request is None else {}
    number = event.get("number") if pull_request is None else pull_request
    if not isinstance(number, int) or number < 1:
        raise MfaError("finding the pull request: the workflow's event is not about one; give --pull-request")
    return CommentTarget(repository, number, _is_fork(event))


def run(environment: Mapping[str, str], given: str | None) -> WorkflowRun:
    """The run that is given as ID or ID.ATTEMPT, else GitHub's. Raises ``MfaError``."""
    number, attempt = checked.run_and_attempt(given or environment.get("GITHUB_RUN_ID") or "")
    told = "" if given else environment.get("GITHUB_RUN_ATTEMPT", "")
    return WorkflowRun(number, attempt or (int(told) if told.isdecimal() else 1))


def token(environment: Mapping[str, str]) -> str:
    """The token of the environment; no argument holds it, since others can read those. Raises ``MfaError``."""
    found = checked.token(environment.get("GH_TOKEN"), environment.get("GITHUB_TOKEN"))
    if found is None:
        raise MfaError(
            "finding the token: neither GH_TOKEN nor GITHUB_TOKEN holds one; set GH_TOKEN: ${{ github.token }}"
        )
    return found


def api_url(environment: Mapping[str, str], given: str | None) -> str:
    """The API's address, never one that would carry the token in the clear. Raises ``MfaError``."""
    return checked.address(given or environment.get("GITHUB_API_URL") or PUBLIC_API)


def _event(path: str) -> dict[str, Any]:
    """The workflow's event, empty where there is none or none that can be read."""
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError) as fault:
        raise MfaError(f"reading the workflow's event ({path}): {type(fault).__name__}; give --pull-request") from None
    return event if isinstance(event, dict) and isinstance(event.get("pull_request"), dict) else {}


def _is_fork(event: Mapping[str, Any]) -> bool:
    ends = [(event.get("pull_request", {}).get(end) or {}).get("repo") or {} for end in ("head", "base")]
    return ends[0].get("id") != ends[1].get("id")
