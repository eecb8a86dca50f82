"""What a revocation leaves to people: a pull request, and what is to be done after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mfa_association.inventory.contain import PASSWORD, POLICY, SESSION_DAYS, StepResult
from mfa_association.inventory.revoke import RevocationRequest
from mfa_association.inventory.unassigned import delete_command

_KEY = "access key "


def pull_request(order: RevocationRequest, done: Sequence[StepResult]) -> str:
    """Title and body of the pull request that takes the lines out of the roster."""
    names = [step.name for step in done if step.name in _serials(order)]
    title = f"Remove {order.user_name}'s MFA device" + ("s" if len(names) > 1 else "")
    body = "\n".join(f"- {step.name}: {step.text}" for step in done)
    return f"{title}\n\nRevoked with `mfa-association revoke`, before this change:\n\n{body}"


def remaining(order: RevocationRequest, done: Sequence[StepResult], roster: StepResult | None) -> list[str]:
    """What is still to be done, as sentences with their commands; ``roster``: how its change went, if there was one."""
    return [*(_merge(roster) if order.targets else ()), *_access(order, done)]


def _merge(roster: StepResult | None) -> Iterator[str]:
    if roster is None or roster.outcome == "NOT DONE":
        yield "Remove the device's line where the roster is kept, or every preview or plan warns that it is inactive."
    elif roster.outcome == "done":
        yield f"Open the pull request for {roster.name}; once it is merged, the next deployment finds the device inactive."


def _access(order: RevocationRequest, done: Sequence[StepResult]) -> Iterator[str]:
    name, changed = order.user_name, {step.name for step in done if step.outcome == "done"}
    kept = [target.serial_number for target in order.targets if target.serial_number.kind.has_entity and target.stays]
    for serial in kept:
        yield f"Whoever has the phone has its seed. Unless other code made {serial}: {delete_command(serial)}"
    yield f"For a new device: mfa-association enroll {name}{' --name NEW-NAME' if kept else ''}"
    if PASSWORD in changed:
        yield f"For a new password, after the device: aws iam create-login-profile --user-name {name} --password-reset-required --password …"
    for key in sorted(step.removeprefix(_KEY) for step in changed if step.startswith(_KEY)):
        yield f"Replace access key {key}, then: aws iam delete-access-key --user-name {name} --access-key-id {key}"
    if not order.contain:
        yield f"Sessions, password and access keys of {name} are as they were; if they may be known: --contain"
    if "sessions" in changed:
        command = f"aws iam delete-user-policy --user-name {name} --policy-name {POLICY}"
        yield f"Keep policy {POLICY}, or delete it in {SESSION_DAYS} days, when no older session is left: {command}"
        yield f"Sessions of roles that {name} had assumed go on: revoke those roles' sessions in the IAM console."


def _serials(order: RevocationRequest) -> set[str]:
    return {target.serial_number.text for target in order.targets}
