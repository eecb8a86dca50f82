"""Taking away what a thief could use besides the factor, before the factor goes: password, keys, sessions.

The order matters: a user without a factor and with a password signs in with the password alone. Every step may be run
again, and says what it did, what there was not to do, or why it was not done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal

from mfa_association.aws.credentials import Credentials
from mfa_association.aws.errors import AwsError, NoSuchEntity
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext
from mfa_association.lifecycle.model import rfc3339

POLICY: Final = "AWSRevokeOlderSessions"
"""The name under which IAM's console writes the same policy for roles."""

SESSION_DAYS: Final = 90
"""After how many days no older session is left: the longest that IAM's MaxSigninSessionDuration lets a console session
of a user last. A shorter limit that is set later does not end sessions that are open already."""

PASSWORD: Final = "console password"
"""The step that a last factor depends on."""

Outcome = Literal["done", "nothing to do", "NOT DONE"]


@dataclass(frozen=True)
class Step:
    """One thing to do: ``call`` is how AWS names it, ``act`` does it and says how that went."""

    name: str
    call: str
    act: Callable[[], tuple[Outcome, str]]


@dataclass(frozen=True)
class StepResult:
    """How a step went."""

    name: str
    outcome: Outcome
    text: str


def carry_out(step: Step) -> StepResult:
    """Do one step; an error becomes its result, so that the other steps go on."""
    try:
        outcome, text = step.act()
    except MfaError as fault:
        outcome, text = "NOT DONE", str(fault)
    return StepResult(step.name, outcome, text)


def containing(context: AccountContext, verbs: Credentials, user_name: str) -> Iterator[Step]:
    """The steps for one user, in order. Raises ``AwsError`` only where the access keys cannot be listed."""
    yield Step(PASSWORD, f"DeleteLoginProfile UserName={user_name}", lambda: _password(context, verbs, user_name))
    yield from _keys(context, verbs, user_name)
    call = (
        f"PutUserPolicy UserName={user_name} PolicyName={POLICY} (deny everything to sessions from before that moment)"
    )
    yield Step("sessions", call, lambda: _sessions(context, verbs, user_name))


def older_sessions_denied(moment: datetime) -> str:
    """The policy that ends sessions: those of a user's long-term keys have no ``aws:TokenIssueTime`` and are not met."""
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": rfc3339(moment)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _password(context: AccountContext, verbs: Credentials, user_name: str) -> tuple[Outcome, str]:
    if not _write(
        context, lambda: verbs.delete_login_profile(user_name), lambda: not context.iam.has_password(user_name)
    ):
        return "nothing to do", f"{user_name} has no console password"
    return "done", f"{user_name} can no longer sign in to the console"


def _keys(context: AccountContext, verbs: Credentials, user_name: str) -> Iterator[Step]:
    try:
        keys = verbs.access_keys(user_name)
    except AwsError as fault:
        yield Step("access keys", f"ListAccessKeys UserName={user_name}", _failing(fault))
        return
    active = [key for key, is_active in keys.items() if is_active]
    for key in active:
        call = f"UpdateAccessKey UserName={user_name} AccessKeyId={key} Status=Inactive"
        yield Step(f"access key {key}", call, partial(_key, context, verbs, user_name, key))
    if not active:
        none = f"{user_name} has no active access key"
        yield Step("access keys", f"({none})", lambda: ("nothing to do", none))


def _failing(fault: AwsError) -> Callable[[], tuple[Outcome, str]]:
    def act() -> tuple[Outcome, str]:
        raise fault

    return act


def _key(context: AccountContext, verbs: Credentials, user_name: str, key: str) -> tuple[Outcome, str]:
    def is_inactive() -> bool:
        return not verbs.access_keys(user_name).get(key, False)

    if not _write(context, lambda: verbs.deactivate_access_key(user_name, key), is_inactive):
        return "nothing to do", "it is gone"
    return "done", "it is inactive"


def _sessions(context: AccountContext, verbs: Credentials, user_name: str) -> tuple[Outcome, str]:
    now = context.iam.now()
    context.write_until_confirmed(
        lambda: verbs.put_user_policy(user_name, POLICY, older_sessions_denied(now)), lambda: False
    )
    return "done", f"sessions from before {rfc3339(now)} may do nothing (inline policy {POLICY})"


def _write(context: AccountContext, write: Callable[[], None], done: Callable[[], bool]) -> bool:
    """Whether there was anything to do."""
    try:
        context.write_until_confirmed(write, done)
    except NoSuchEntity:
        return False
    return True
