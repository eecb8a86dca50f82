"""GitHub as a forge: the step of a workflow that comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from mfa_association.errors import MfaError
from mfa_association.forges.forge import Conversation
from mfa_association.forges.github import summary, workflow
from mfa_association.forges.marker import WorkflowRun

COMMENT_CHARACTERS = 65_536


@dataclass(frozen=True)
class GitHub:
    """See ``Forge``."""

    name: ClassVar[str] = "GitHub"
    limit: ClassVar[int] = COMMENT_CHARACTERS
    where_whole: ClassVar[str] = "The summary of the workflow run has more."

    target: workflow.CommentTarget
    run: WorkflowRun
    url: str
    token: str = field(repr=False)
    summary_file: Path | None = None

    def __str__(self) -> str:
        return str(self.target)

    @property
    def fork(self) -> bool:
        """See ``Forge``."""
        return self.target.fork

    def conversation(self) -> Conversation:
        """Connect to GitHub."""
        try:
            from mfa_association.forges.github import pull_request
        except ModuleNotFoundError:
            raise MfaError("commenting: PyGithub is not installed; pip install 'mfa-association[github]'") from None
        return pull_request.Conversation(self.url, self.token, self.target.repository, self.target.pull_request)

    def body(self, text: str) -> str:
        """See ``Forge``: GitHub obeys nothing in a comment."""
        return text

    def keep_elsewhere(self, texts: Sequence[str]) -> str | None:
        """See ``Forge``."""
        if self.summary_file is None:
            return None
        summary.append(self.summary_file, texts)
        return "the review is in the step summary"


def github(
    environment: Mapping[str, str],
    repository: str | None = None,
    number: int | None = None,
    run: str | None = None,
    url: str | None = None,
) -> GitHub:
    """What is given, else what the workflow's environment says. Raises ``MfaError``."""
    target = workflow.target(environment, repository, number)
    return GitHub(
        target,
        workflow.run(environment, run),
        workflow.api_url(environment, url),
        workflow.token(environment),
        summary.summary_file(environment) if environment.get("GITHUB_STEP_SUMMARY") else None,
    )
