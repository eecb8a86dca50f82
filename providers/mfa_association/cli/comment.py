"""``mfa-association comment``: a review as a comment of its pull request, kept up to date."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mfa_association.cli.exits import BROKEN, OK
from mfa_association.errors import MfaError
from mfa_association.github import summary, workflow
from mfa_association.github.marker import WorkflowRun, split
from mfa_association.github.sticky import NotAllowed, Review, keep

# The pull request is no worse for it: the gate is a step of its own.
_FORK = "a run for a fork may only read, the review is in the step summary"
_DESCRIPTION = """
Post what `mfa-association review` wrote as a comment of the pull request, or bring the one that is there up to date:
one for each stack. The token comes from GH_TOKEN or GITHUB_TOKEN. Exit code: 0 done, 1 not done.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("comment", help="post a review to its pull request", description=_DESCRIPTION)
    parser.add_argument("files", nargs="+", metavar="FILE", help="what `review` wrote, one file for each stack")
    parser.add_argument("--pull-request", type=int, metavar="N", help="its number (the workflow's event says)")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="(GITHUB_REPOSITORY)")
    parser.add_argument("--run", metavar="NUMBER", help="grows from run to run (GITHUB_RUN_ID.GITHUB_RUN_ATTEMPT)")
    parser.add_argument("--api-url", metavar="URL", help="of a GitHub Enterprise Server (GITHUB_API_URL)")
    parser.add_argument("--step-summary", action="store_true", help="write the workflow's step summary as well")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    reviews = _reviews(options.files)
    if options.step_summary:
        _summarise(reviews)
    target = workflow.target(os.environ, options.repository, options.pull_request)
    run = workflow.run(os.environ, options.run)
    url, token = workflow.api_url(os.environ, options.api_url), workflow.token(os.environ)
    try:
        return max(_post(target, url, token, review, run) for review in reviews)
    except NotAllowed as refusal:
        if not (target.fork and os.environ.get("GITHUB_STEP_SUMMARY")):
            raise
        if not options.step_summary:
            _summarise(reviews)
        print(f"mfa-association: {refusal}; {_FORK}", file=sys.stderr)
        return OK


def _summarise(reviews: Sequence[Review]) -> None:
    summary.append(summary.summary_file(os.environ), [review.text for review in reviews])


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
        raise MfaError(f"reading review ({path}): the text is not UTF-8; nothing was posted, make it anew") from None
    marker, rest = split(text)
    if not marker or marker.run:
        raise MfaError(
            f"reading review ({path}): its first line is not the one that `mfa-association review` writes;"
            " nothing was posted, make it anew"
        )
    return Review(marker, rest)


def _post(target: workflow.CommentTarget, url: str, token: str, review: Review, run: WorkflowRun) -> int:
    """Keep one comment; one that fails does not hold up the others. Raises ``NotAllowed``."""
    try:
        from mfa_association.github.faults import with_retries
        from mfa_association.github.pull_request import Conversation
    except ModuleNotFoundError:
        raise MfaError("commenting: PyGithub is not installed; pip install 'mfa-association[github]'") from None
    stack = review.marker.stack
    try:
        conversation = Conversation(url, token, target.repository, target.pull_request)
        done = with_retries(f"commenting on {target} ({stack})", lambda: keep(conversation, review, run))
    except NotAllowed:
        raise
    except MfaError as fault:
        print(f"mfa-association: {fault}", file=sys.stderr)
        return BROKEN
    print(f"{stack}: {done}")
    return OK
