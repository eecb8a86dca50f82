"""``mfa-association comment``: a review as a comment of its pull or merge request, kept up to date."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mfa_association.cli.process import BROKEN, OK
from mfa_association.errors import MfaError
from mfa_association.forges.forge import Forge, NotAllowed
from mfa_association.forges.github import summary
from mfa_association.forges.github.step import github
from mfa_association.forges.gitlab.job import gitlab
from mfa_association.forges.marker import split
from mfa_association.forges.retries import with_retries
from mfa_association.forges.sticky import Review, keep

_Connect = Callable[[Mapping[str, str], str | None, int | None, str | None, str | None], Forge]
_FORGES: dict[str, _Connect] = {"github": github, "gitlab": gitlab}
_DESCRIPTION = """
Post what `mfa-association review` wrote as a comment of the pull request (GitHub) or merge request (GitLab), or bring the
one that is there up to date: one for each stack. The token comes from GH_TOKEN or GITHUB_TOKEN, or from GITLAB_TOKEN. Exit
code: 0 done, 1 not done.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("comment", help="post a review to its pull request", description=_DESCRIPTION)
    parser.add_argument("files", nargs="+", metavar="FILE", help="what `review` wrote, one file for each stack")
    parser.add_argument("--forge", choices=_FORGES, help="the forge (gitlab in a job of GitLab CI, else github)")
    parser.add_argument(
        "--pull-request",
        "--merge-request",
        type=int,
        metavar="N",
        help="its number (the workflow's event says, or CI_MERGE_REQUEST_IID)",
    )
    parser.add_argument(
        "--repository",
        "--project",
        metavar="OWNER/NAME",
        help="its repository or project (GITHUB_REPOSITORY, CI_MERGE_REQUEST_PROJECT_PATH)",
    )
    parser.add_argument(
        "--run",
        metavar="NUMBER",
        help="a number that grows from run to run (GITHUB_RUN_ID.GITHUB_RUN_ATTEMPT, CI_PIPELINE_ID.CI_JOB_ID)",
    )
    parser.add_argument("--api-url", metavar="URL", help="the API of your own server (GITHUB_API_URL, CI_SERVER_URL)")
    parser.add_argument("--step-summary", action="store_true", help="GitHub: write the step summary as well")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    reviews = _reviews(options.files)
    texts = [review.text for review in reviews]
    if options.step_summary:
        summary.append(summary.summary_file(os.environ), texts)
    connect = _FORGES[options.forge or ("gitlab" if os.environ.get("GITLAB_CI") else "github")]
    forge = connect(os.environ, options.repository, options.pull_request, options.run, options.api_url)
    try:
        return max(_post(forge, review) for review in reviews)
    except NotAllowed as refusal:
        # The pull request is no worse for it: the gate is a step of its own.
        where = forge.keep_elsewhere([] if options.step_summary else texts) if forge.fork else None
        if where is None:
            raise
        print(f"mfa-association: {refusal}; a run for a fork may only read, {where}", file=sys.stderr)
        return OK


def _reviews(paths: Sequence[str]) -> list[Review]:
    """All of them, before anything is posted. Raises ``MfaError``."""
    reviews = [_review(path) for path in paths]
    stacks = [review.marker.stack for review in reviews]
    for stack in stacks:
        if stacks.count(stack) > 1:
            raise MfaError(
                f"reading reviews: {stacks.count(stack)} files speak of stack {stack}; give one of each stack"
            )
    return reviews


def _review(path: str) -> Review:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise MfaError(f"reading review ({path}): {fault.strerror}; nothing was posted, correct the path") from None
    except UnicodeDecodeError:
        raise MfaError(f"reading review ({path}): the text is not UTF-8; nothing was posted, make it again") from None
    marker, rest = split(text)
    if not marker or marker.run:
        raise MfaError(
            f"reading review ({path}): its first line is not the one that `mfa-association review` writes;"
            " nothing was posted, make it again"
        )
    return Review(marker, rest)


def _post(forge: Forge, review: Review) -> int:
    """Keep one comment; one that fails does not hold up the others. Raises ``NotAllowed``."""
    stack = review.marker.stack
    try:
        conversation = forge.conversation()
        what = f"commenting on {forge} ({stack})"
        done = with_retries(conversation.faults, what, lambda: keep(forge, conversation, review))
    except NotAllowed:
        raise
    except MfaError as fault:
        print(f"mfa-association: {fault}", file=sys.stderr)
        return BROKEN
    print(f"{stack}: {done}")
    return OK
