"""GitLab as a forge: the job of a pipeline that comments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from mfa_association.errors import MfaError
from mfa_association.forges import given as checked
from mfa_association.forges.forge import Conversation, NotAllowed
from mfa_association.forges.marker import WorkflowRun
from mfa_association.text import show

PUBLIC_SERVER = "https://gitlab.com"
# "The content of a note. Limited to 1,000,000 characters.": https://docs.gitlab.com/api/notes/
NOTE_CHARACTERS = 1_000_000

_PROJECT = re.compile(r"[\w.-]{1,255}(?:/[\w.-]{1,255}){1,20}", re.ASCII)
_QUICK_ACTION = re.compile(r"^([ \t]*)/", re.MULTILINE)


@dataclass(frozen=True)
class GitLab:
    """See ``Forge``. ``project``: its path, or its id where the pipeline says so; ``path`` is shown."""

    name: ClassVar[str] = "GitLab"
    limit: ClassVar[int] = NOTE_CHARACTERS
    where_whole: ClassVar[str] = "The job that reviewed has all of it."

    path: str
    project: str
    merge_request: int
    run: WorkflowRun
    url: str
    token: str | None = field(repr=False)
    fork: bool = False

    def __str__(self) -> str:
        return f"merge request {self.merge_request} of {self.path}"

    def conversation(self) -> Conversation:
        """Connect to GitLab."""
        if self.token is None:
            raise NotAllowed(f"commenting on {self}: the pipeline of a fork has no token")
        try:
            from mfa_association.forges.gitlab import merge_request
        except ModuleNotFoundError:
            raise MfaError(
                "commenting: python-gitlab is not installed; pip install 'mfa-association[gitlab]'"
            ) from None
        return merge_request.Conversation(self.url, self.token, self.project, self.merge_request)

    def body(self, text: str) -> str:
        """See ``Forge``: a line that begins with a slash could be a quick action, such as ``/approve``."""
        return _QUICK_ACTION.sub(r"\1\\/", text)

    def keep_elsewhere(self, texts: Sequence[str]) -> str | None:
        """See ``Forge``: they are files of the job already."""
        return "the review is in the files of this job"


def gitlab(
    environment: Mapping[str, str],
    project: str | None = None,
    number: int | None = None,
    run: str | None = None,
    url: str | None = None,
) -> GitLab:
    """What is given, else what the job's environment says. Raises ``MfaError``."""
    path = project or environment.get("CI_MERGE_REQUEST_PROJECT_PATH") or ""
    if not _PROJECT.fullmatch(path):
        raise MfaError(f"finding the project ({show(path)}): it is not GROUP/PROJECT; give --repository")
    told = environment.get("CI_MERGE_REQUEST_IID", "") if number is None else str(number)
    if not told.isdecimal() or int(told) < 1:
        raise MfaError("finding the merge request: the job's pipeline is not of one; give --pull-request")
    fork = number is None and _is_fork(environment)
    return GitLab(
        path,
        project or environment.get("CI_MERGE_REQUEST_PROJECT_ID") or path,
        int(told),
        _run(environment, run),
        checked.address(url or environment.get("CI_SERVER_URL") or PUBLIC_SERVER).removesuffix("/api/v4"),
        _token(environment, fork),
        fork,
    )


def _run(environment: Mapping[str, str], given: str | None) -> WorkflowRun:
    """GitLab does not count a job's attempts, but the job that is started again has a higher number.

    Pipelines and jobs are counted for the whole server, so no number comes twice.
    """
    number, attempt = checked.run_and_attempt(given or environment.get("CI_PIPELINE_ID") or "")
    job, name = environment.get("CI_JOB_ID", ""), environment.get("CI_JOB_NAME", "")
    if given or not job.isdecimal():
        return WorkflowRun(number, attempt or 1)
    return WorkflowRun(number, int(job), hashlib.sha256(name.encode()).hexdigest()[:12])


def _token(environment: Mapping[str, str], fork: bool) -> str | None:
    """No argument holds it, since others can read those. Raises ``MfaError``."""
    found = checked.token(environment.get("GITLAB_TOKEN"))
    if found is None and not fork:
        raise MfaError(
            "finding the token: GITLAB_TOKEN holds none, and CI_JOB_TOKEN may not write notes; give the job a project"
            " access token with the scope api and the role Reporter"
        )
    return found


def _is_fork(environment: Mapping[str, str]) -> bool:
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID")
    return source is not None and source != environment.get("CI_MERGE_REQUEST_PROJECT_ID")
