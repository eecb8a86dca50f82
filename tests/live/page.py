"""docs/conformance.md: what AWS must answer, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .situations import IAM, LIFE, Answer, Situation

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
NEVER = "**This table has never been run against AWS.** Its rows are the API reference, the service model and captured answers."
TEXT = """# Conformance

Whether AWS behaves as the provider and the [sandbox](sandbox.md) assume. The same table runs against the sandbox with
every `make test`; `make test-live` runs it against a real account and writes this page.

{state}

```console
$ export AWS_PROFILE=...                 # an account for trying, no production
$ MFA_ASSOCIATION_LIVE=111122223333 make test-live
```

| | |
|---|---|
| needs | the variable to be the id of the account that the credentials belong to; permissions on IAM users and MFA devices |
| touches | users and virtual devices under `/mfa-association-live/` whose names begin with `mfa-association-live-`; every other write is refused before it is sent |
| leaves | nothing: what is left over is removed before and after |
| costs | nothing; about five minutes, two of them waiting for unused codes |

## What IAM answers

`{{name}}` and `{{arn}}` stand for what the message repeats. The provider decides by code and status, never by words.

| situation | code | HTTP | message | AWS |
|---|---|---|---|---|
{answers}

## The life of an association

| | AWS |
|---|---|
{life}
"""


@dataclass(frozen=True)
class Ran:
    """A finished run: when, with what, and every answer."""

    date: str
    partition: str
    botocore: str
    answers: Mapping[str, Answer]


def render(ran: Ran | None = None) -> str:
    """The page after a run, or as it is before there ever was one."""
    state = f"Run on {ran.date}, partition `{ran.partition}`, botocore {ran.botocore}." if ran else NEVER
    answers = "\n".join(_row(one, ran) for one in IAM)
    life = "\n".join(f"| {one.what} | {verdict(one, ran)} |" for one in LIFE)
    return TEXT.format(state=state, answers=answers, life=life)


def _row(one: Situation, ran: Ran | None) -> str:
    code, status, message = one.expected
    return f"| {one.what} | {code} | {status} | {message} | {verdict(one, ran)} |"


def verdict(one: Situation, ran: Ran | None) -> str:
    """Codes and statuses decide; words are only told."""
    found = ran.answers.get(one.what) if ran else None
    if found is None:
        return "not run"
    code, status, message = found
    if found == one.expected:
        return "as expected"
    if (code, status) == one.expected[:2]:
        return f"as expected, in other words: {message}"
    return f"**differs**: {code} {status} {message}"


def differs(one: Situation, found: Answer) -> bool:
    """Whether AWS answered with another code or status than the table says."""
    return found[:2] != one.expected[:2]
