"""Whether whoever applies the change may do it, by SimulatePrincipalPolicy: no call that changes anything is tried.

A review's own credentials should read only, so the one who applies can be named. Roots are not simulated: AssumeRoot
acts in another account, whose say the simulation does not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mfa_association.aws.policies import Policies, Simulated
from mfa_association.aws.session import Caller
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.reads import LiveReads

ENABLE = "iam:EnableMFADevice"
AT_ONCE = 50
"""Resources of one simulation."""


@dataclass(frozen=True)
class Need:
    """A call that the change would make. ``principal``: the role that the resource names for it, if any.

    ``adds``: the resource only adds a device, so that whatever the call does not do takes nothing from anybody.
    """

    address: str
    action: str
    resource: str
    whose: str
    principal: str | None = None
    adds: bool = False


@dataclass(frozen=True)
class Obstacle:
    """What stops one resource. ``certain``: no other part of the change can take it away, and what else the change does
    goes on without it."""

    address: str
    sentence: str
    certain: bool = False


@dataclass(frozen=True)
class Permissions:
    """What is denied; whose permissions were looked at or why nobody's; what could not be told."""

    denied: tuple[Obstacle, ...] = ()
    simulated_as: tuple[str, ...] | NotChecked | None = None
    untold: tuple[str, ...] = ()


def look_for_permissions(
    reads: LiveReads, verbs: Policies, needs: Sequence[Need], caller: Caller, apply_as: str | None
) -> Permissions:
    """Simulate every need, as its own role, as ``apply_as``, or as the caller."""
    if not needs:
        return Permissions()
    usual = apply_as or principal_of(caller.arn)
    by_principal: dict[str, list[Need]] = defaultdict(list)
    for need in needs:
        by_principal[need.principal or usual].append(need)
    answers = {principal: _simulate(reads, verbs, principal, mine) for principal, mine in by_principal.items()}
    reader = answers.get(usual)
    if not apply_as and isinstance(reader, dict) and all(answer.decision != "allowed" for answer in reader.values()):
        answers[usual] = NotChecked(f"{usual} may write nothing, so somebody else applies")
    denied = [
        sentence
        for principal, mine in by_principal.items()
        for sentence in _denied(principal, mine, answers[principal])
    ]
    done = tuple(principal for principal, answer in answers.items() if not isinstance(answer, NotChecked))
    failed = [(principal, answer) for principal, answer in answers.items() if isinstance(answer, NotChecked)]
    untold = tuple(f"what {principal} may do: not checked ({why.reason})" for principal, why in failed) if done else ()
    return Permissions(tuple(denied), done or failed[0][1], untold)


def principal_of(arn: str) -> str:
    """Whose policies a caller acts by: a session's role. Its ARN does not tell the role's path."""
    head, _, rest = arn.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}" if rest else arn


Answers = dict[tuple[str, str], Simulated]


def _simulate(reads: LiveReads, verbs: Policies, principal: str, needs: Iterable[Need]) -> Answers | NotChecked:
    wanted: dict[str, set[str]] = defaultdict(set)
    for need in needs:
        wanted[need.action].add(need.resource)
    answers: Answers = {}
    for action, resources in sorted(wanted.items()):
        for some in _chunks(sorted(resources)):
            answer = reads.read(lambda action=action, some=some: verbs.simulate(principal, [action], some))  # type: ignore[misc]
            if isinstance(answer, NotChecked):
                return answer
            answers |= {(decision.action, decision.resource): decision for decision in answer}
    return answers


def _chunks(resources: list[str]) -> Iterator[list[str]]:
    return (resources[start : start + AT_ONCE] for start in range(0, len(resources), AT_ONCE))


def _denied(principal: str, needs: Iterable[Need], answers: Answers | NotChecked) -> Iterator[Obstacle]:
    """Of each need what the simulation says."""
    if isinstance(answers, NotChecked):
        return
    for need in needs:
        decision = answers.get((need.action, need.resource))
        if decision is None or decision.decision == "allowed":
            continue
        if decision.missing and decision.decision == "implicitDeny":
            decides = f"only under conditions of its policies ({', '.join(decision.missing)}), which were not checked"
            yield Obstacle(need.address, f"{principal} may use {need.action} on {need.whose} {decides}")
        else:
            words = f"{principal} is not allowed {need.action} on {need.whose}"
            yield Obstacle(need.address, words, certain=need.adds)
